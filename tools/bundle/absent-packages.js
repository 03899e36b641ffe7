import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { packageOf } from './package-of.js';

const prefix = '\0absent:';
const packageName = /^(?:@[^/]+\/)?[^./@\0][^/]*/;

/**
 * Nest and others try to load what an app may have or not: drivers, validators, other parts of Nest. The
 * workspace has some of it for another app; an app that does not list it shall not find it.
 */
export function absentPackages(listed) {
  return {
    name: 'absent-packages',
    resolveId: {
      order: 'pre',
      handler(source, importer, { kind }) {
        if (kind !== 'dynamic-import' && kind !== 'require-call') return null;
        const asking = importer && packageOf(importer);
        const wanted = packageName.exec(source)?.[0];
        if (!asking || wanted === undefined || isBuiltin(source)) return null;
        const isThere = [asking.name, ...listed, ...needsOf(asking.folder)].includes(wanted);
        return isThere ? null : prefix + wanted;
      },
    },
    load(id) {
      if (!id.startsWith(prefix)) return null;
      const message = `Cannot find package '${id.slice(prefix.length)}': this app does not list it`;
      return `throw Object.assign(new Error(${JSON.stringify(message)}), { code: 'ERR_MODULE_NOT_FOUND' });`;
    },
  };
}

function needsOf(folder) {
  const { dependencies = {} } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
  return Object.keys(dependencies);
}
