import preset from '../jest.preset.js';

/** Room for starting processes on a busy machine. */
const testTimeout = 30_000;

export default { ...preset, displayName: 'e2e', testTimeout };
