const inPackage = /^(.*\/node_modules\/((?:@[^/]+\/)?[^/]+))\//;

/** @returns name and folder of the npm package that a module is of, undefined for the workspace's own */
export function packageOf(id) {
  const [, folder, name] = inPackage.exec(id.replaceAll('\\', '/')) ?? [];
  return folder === undefined ? undefined : { folder, name };
}
