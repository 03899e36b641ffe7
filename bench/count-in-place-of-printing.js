import { resolve } from 'node:path';

const ours = resolve(import.meta.dirname, 'src/peers/relay/count-messages.ts');
const printing = 'new PrintMessages(config.output)';

/**
 * The edit that everyone makes who clones the relay: their own handler in the list of `consumer.module.ts`.
 * It is made while bundling, so that the consumer measured is the one in `apps`, whatever becomes of it.
 */
export const countInPlaceOfPrinting = {
  name: 'count-in-place-of-printing',
  transform: {
    filter: { id: /\/apps\/consumer\/src\/consumer\.module\.ts$/ },
    handler(code) {
      if (code.split(printing).length !== 2) {
        throw new Error(
          `consumer.module.ts should list \`${printing}\` once: tell ${import.meta.filename}`,
        );
      }
      const edited = code.replace(printing, 'new CountMessages()');
      return `import { CountMessages } from ${JSON.stringify(ours)};\n${edited}`;
    },
  },
};
