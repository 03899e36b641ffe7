import { testTimeout } from './jest.preset.js';

export default {
  projects: ['apps/*', 'libs/*', 'tools', 'e2e', 'bench'].map((glob) => `<rootDir>/${glob}`),
  maxWorkers: '100%',
  workerIdleMemoryLimit: '1GB', // modules of native ESM are not let go of
  testTimeout, // that of a project does not count here
  reporters: ['default', '<rootDir>/tools/counts-reporter.js'],
};
