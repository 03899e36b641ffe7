import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from './bundle/bundle.js';

const app = process.env.APP;
if (app === undefined) throw new Error('Set APP to the app to bundle: publisher or consumer.');

/** What else an app brings, as folders beside it: the consumer serves the page. */
const brought = { publisher: [], consumer: ['page'] };

const manifest = `apps/${app}/package.json`;

/** One app with the workspace's libs, and with the packages that are devDependencies in its package.json. */
export const appBundle = {
  input: `apps/${app}/src/main.ts`,
  dir: `dist/apps/${app}`,
  listed: JSON.parse(readFileSync(manifest, 'utf8')),
  plugins: [
    {
      name: 'what-goes-with-it',
      writeBundle: ({ dir }) => {
        cpSync(manifest, join(dir, 'package.json'));
        for (const name of brought[app]) {
          cpSync(`dist/apps/${name}`, join(dir, name), { recursive: true });
        }
      },
    },
  ],
};

export default bundle(appBundle);
