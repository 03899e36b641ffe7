import { fileURLToPath } from 'node:url';

const workspaceRoot = fileURLToPath(new URL('.', import.meta.url));

/** Room for starting processes on a busy machine; nothing waits for it that works. */
export const testTimeout = 60_000;

/** What every project's jest.config.js starts from: native ESM, compiled by swc, decorators with their metadata. */
export default {
  testEnvironment: 'node',
  testTimeout,
  extensionsToTreatAsEsm: ['.ts'],
  testMatch: ['<rootDir>/**/*.spec.ts'],
  moduleNameMapper: {
    '^@relay/(.*)$': `${workspaceRoot}libs/$1/src/index.ts`,
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  transform: {
    '\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          keepClassNames: true,
        },
        module: { type: 'es6' },
      },
    ],
  },
};
