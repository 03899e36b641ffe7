import { gzipSync } from 'node:zlib';

/**
 * Fails the build when all that a browser loads is larger than this.
 *
 * @param {number} maxGzipBytes
 */
export function sizeBudget(maxGzipBytes) {
  return {
    name: 'size-budget',
    writeBundle(_options, bundle) {
      const sizes = Object.values(bundle).map((file) => ({
        name: file.fileName,
        bytes: gzipSync(file.type === 'chunk' ? file.code : file.source).byteLength,
      }));
      const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
      const list = sizes.map(({ name, bytes }) => `${name} ${String(bytes)}`).join(', ');
      const said = `The page is ${String(total)} bytes gzipped of ${String(maxGzipBytes)} (${list}).`;
      if (total > maxGzipBytes) throw new Error(`${said} Make it smaller.`);
      process.stdout.write(`${said}\n`);
    },
  };
}
