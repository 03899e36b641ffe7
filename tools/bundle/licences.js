import { readdirSync, readFileSync } from 'node:fs';
import { packageOf } from './package-of.js';

const line = '-'.repeat(80);
const licenceFile = /^(licen[cs]e|copying|notice)/i;

/** Puts beside a bundle which packages are in it, and on what terms. */
export const licences = {
  name: 'licences',
  generateBundle(_options, bundle) {
    const ids = Object.values(bundle).flatMap(({ moduleIds = [] }) => moduleIds);
    const folders = new Set(ids.map((id) => packageOf(id)?.folder).filter(Boolean));
    const entries = [...folders].map(licenceOf).sort();
    const source = entries.join(`${line}\n\n`);
    this.emitFile({ type: 'asset', fileName: 'THIRD-PARTY-LICENCES.txt', source });
  },
};

function licenceOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
  const files = readdirSync(folder).filter((file) => licenceFile.test(file));
  const texts = files.map((file) => readFileSync(`${folder}/${file}`, 'utf8').trim());
  return [`${name} ${version}`, ...(texts.length > 0 ? texts : [license]), ''].join('\n\n');
}
