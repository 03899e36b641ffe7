const beyondAscii = /[^\0-\x7f]/g;

/** V8 keeps a file with two bytes for each of its characters if a single one needs them: here they are escaped. */
export const ascii = {
  name: 'ascii',
  generateBundle(_options, bundle) {
    for (const file of Object.values(bundle)) {
      if (file.type === 'chunk') file.code = file.code.replace(beyondAscii, escaped);
    }
  },
};

function escaped(character) {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
