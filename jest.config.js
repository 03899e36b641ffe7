import { testTimeout } from './jest.preset.js';

export default {
  projects: ['apps/*', 'libs/*', 'tools', 'e2e', 'bench'].map((glob) => `<rootDir>/${glob}`),
  maxWorkers: '100%',
  testTimeout, // that of a project does not count here
  reporters: ['default', '<rootDir>/tools/counts-reporter.js'],
};
