import type { Figures } from '@relay/contracts';
import { number } from '../words/numbers.js';

/** The counts since the consumer started; they are exact at any rate. */
export function Tally({ figures }: { figures: Figures | undefined }) {
  const { handled = 0, gaps = 0, missing = 0, deadLetters = 0, duplicates = 0 } = figures ?? {};
  return (
    <dl class="tally" aria-label="Since the consumer started">
      <Count name="handled" value={handled} />
      <Count name="gaps" value={gaps} isTrouble={gaps > 0} />
      <Count name="known missing" value={missing} isTrouble={missing > 0} />
      <Count name="dead letters" value={deadLetters} isTrouble={deadLetters > 0} />
      <Count name="doubles left out" value={duplicates} />
    </dl>
  );
}

function Count({ name, value, isTrouble = false }: CountProps) {
  return (
    <div data-trouble={isTrouble}>
      <dt>{name}</dt>
      <dd>{number(value)}</dd>
    </div>
  );
}

interface CountProps {
  readonly name: string;
  readonly value: number;
  /** Whether somebody is to look at it. */
  readonly isTrouble?: boolean;
}
