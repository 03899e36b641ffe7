const beyondAscii = /[^\0-\x7f]/g;
/** Where an escape would mean something else. */
const notToEscape = /\\[^\0-\x7f]|String\.raw`[^`]*[^\0-\x7f]/;

/** V8 keeps a file with two bytes for each of its characters if a single one needs them: here they are escaped. */
export const ascii = {
  name: 'ascii',
  generateBundle(_options, bundle) {
    for (const file of Object.values(bundle)) {
      if (file.type !== 'chunk') continue;
      const [found] = notToEscape.exec(file.code) ?? [];
      if (found !== undefined)
        throw new Error(`${file.fileName} has ${found}: see tools/bundle/ascii.js`);
      file.code = file.code.replace(beyondAscii, escaped);
    }
  },
};

function escaped(character) {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
