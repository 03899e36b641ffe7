export default {
  projects: ['apps/*', 'libs/*', 'tools', 'e2e', 'bench'].map((glob) => `<rootDir>/${glob}`),
  maxWorkers: '100%',
  reporters: ['default', '<rootDir>/tools/counts-reporter.js'],
};
