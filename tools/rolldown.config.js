import { builtinModules } from 'node:module';
import { cpSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

const app = process.env.APP;
if (app === undefined) throw new Error('Set APP to the app to bundle: publisher or consumer.');

/** What else an app brings, as folders beside it: the consumer serves the page. */
const brought = { publisher: [], consumer: ['page'] };

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
      name: 'what-goes-with-it',
      writeBundle: ({ file }) => {
        cpSync(`apps/${app}/package.json`, join(dirname(file), 'package.json'));
        for (const name of brought[app]) {
          const folder = join(dirname(file), name);
          rmSync(folder, { recursive: true, force: true }); // assets of before have other names
          cpSync(`dist/apps/${name}`, folder, { recursive: true });
        }
      },
    },
  ],
};
