import { absentPackages } from './absent-packages.js';
import { ascii } from './ascii.js';
import { licences } from './licences.js';
import { packageOf } from './package-of.js';

/**
 * How a program is bundled into a folder, as `main.js` and a chunk for each package.
 *
 * @param listed a package.json: its devDependencies get into the bundle, all else that it lists stays outside
 */
export function bundle({ input, dir, listed, plugins = [] }) {
  const { dependencies = {}, optionalDependencies = {}, devDependencies = {} } = listed;
  const outside = Object.keys({ ...dependencies, ...optionalDependencies });
  const inside = Object.keys(devDependencies);
  return {
    input: { main: input },
    platform: 'node',
    tsconfig: 'tsconfig.base.json',
    external: outside,
    preserveEntrySignatures: false,
    output: {
      dir,
      format: 'esm',
      entryFileNames: '[name].js',
      chunkFileNames: 'chunks/[name].js',
      codeSplitting: {
        groups: [{ name: chunkOf, debugName: 'a chunk for each package' }],
        includeDependenciesRecursively: false,
      },
      strictExecutionOrder: true, // chunks do not run in the order in which modules are imported
      keepNames: true, // Nest and the log tell classes by their names
      sourcemap: true,
      cleanDir: true,
    },
    plugins: [absentPackages([...outside, ...inside]), licences, ascii, ...plugins],
  };
}

function chunkOf(id) {
  return packageOf(id)?.name.replace('@', '').replace('/', '-') ?? null;
}
