/** Makes sure that the programs which npm can not bring are there. */
import { install, mayInstall, systemPackages, type SystemPackage } from './system-packages.js';

const missing = (): SystemPackage[] => systemPackages.filter((each) => each.find() === undefined);

try {
  const absent = missing();
  if (absent.length > 0 && mayInstall()) install(absent);
} catch (error) {
  process.stderr.write(`[setup] ${(error as Error).message}\n`);
}

for (const each of missing()) {
  process.stderr.write(`[setup] ${each.missing}\n`);
  if (!each.isForTestsOnly) process.exitCode = 1;
}
