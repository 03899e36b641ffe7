import { builtinModules } from 'node:module';
import { cpSync, rmSync } from 'node:fs';

const app = process.env.APP;
if (app === undefined) throw new Error('Set APP to the app to bundle: publisher or consumer.');

/** What else an app brings: the consumer serves the page. */
const copied = {
  publisher: [],
  consumer: [{ from: 'dist/apps/page', to: 'dist/apps/consumer/page' }],
};

const bundled = /^(\.{0,2}\/|@relay\/|@oxc-project\/runtime\/)/;

/** Bundles one app with the workspace's libs; packages from npm stay outside, in its package.json. */
export default {
  input: `apps/${app}/src/main.ts`,
  platform: 'node',
  tsconfig: 'tsconfig.base.json',
  external: (id) => builtinModules.includes(id) || id.startsWith('node:') || !bundled.test(id),
  output: { file: `dist/apps/${app}/main.js`, format: 'esm', sourcemap: true },
  plugins: [
    {
      name: 'package-json',
      writeBundle: () => {
        cpSync(`apps/${app}/package.json`, `dist/apps/${app}/package.json`);
        for (const { from, to } of copied[app]) {
          rmSync(to, { recursive: true, force: true }); // assets of before have other names
          cpSync(from, to, { recursive: true });
        }
      },
    },
  ],
};
