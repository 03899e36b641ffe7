import { resolve } from 'node:path';
import { defineConfig } from 'vite';
import { sizeBudget } from './size-budget.js';

const workspace = resolve(import.meta.dirname, '../..');

export default defineConfig({
  root: import.meta.dirname,
  base: './', // works under any prefix of a reverse proxy
  publicDir: false,
  logLevel: 'warn',
  resolve: {
    alias: [
      { find: '@relay/contracts', replacement: resolve(workspace, 'libs/contracts/src/index.ts') },
      { find: /^react(-dom)?$/, replacement: 'preact/compat' },
      { find: 'react/jsx-runtime', replacement: 'preact/jsx-runtime' },
    ],
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: resolve(workspace, 'dist/apps/page'),
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0, // everything is a file: the Content-Security-Policy stays short
    modulePreload: false,
    rolldownOptions: {
      // The contract speaks CBOR, too, which the page does not need.
      treeshake: { moduleSideEffects: [{ test: /libs\/contracts|cbor-/, sideEffects: false }] },
    },
  },
  plugins: [sizeBudget(60_000)],
});
