import { resolve } from 'node:path';

const ours = resolve(import.meta.dirname, 'src/peers/relay/count-messages.ts');
const list = 'const handlers = [';
const printing = /new PrintMessages\(config\.output\),?/;

/**
 * The edit that everyone makes who clones the relay: their own handler in the list of `consumer.module.ts`, in place
 * of the one that prints. It is made while bundling, so that the consumer measured is the one in `apps`, whatever
 * becomes of it and whatever other handlers it has.
 */
export const countInPlaceOfPrinting = {
  name: 'count-in-place-of-printing',
  transform: {
    filter: { id: /\/apps\/consumer\/src\/consumer\.module\.ts$/ },
    handler(code) {
      if (code.split(list).length !== 2) {
        throw new Error(
          `consumer.module.ts should list the handlers behind \`${list}\`, so that the bench can list its own: tell ${import.meta.filename}`,
        );
      }
      const edited = code.replace(printing, '').replace(list, `${list} new CountMessages(),`);
      return `import { CountMessages } from ${JSON.stringify(ours)};\n${edited}`;
    },
  },
};
