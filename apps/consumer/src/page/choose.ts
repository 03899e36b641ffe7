/** What can be chosen among: places in the feed, messages with their channel. */
export interface Candidate {
  readonly n: number;
  /** Of a message; undefined for what is more than a message. */
  readonly channel: string | undefined;
}

/** How many may be chosen, and what all of them together may weigh, in any unit. */
export interface Room<T> {
  readonly count: number;
  readonly weight: number;
  weightOf(candidate: T): number;
}

/**
 * Those of `candidates` that are worth showing, as many as there is room for: gaps and the like first, then
 * messages, the same number of each channel as far as there are so many; always the newest.
 *
 * @param candidates in the order of their places
 */
export function choose<T extends Candidate>(candidates: readonly T[], room: Room<T>): readonly T[] {
  const chosen: T[] = [];
  let weight = 0;
  for (const candidate of byWorth(candidates)) {
    weight += room.weightOf(candidate);
    if (chosen.length === room.count || weight > room.weight) break;
    chosen.push(candidate);
  }
  return chosen.sort((a, b) => a.n - b.n);
}

function* byWorth<T extends Candidate>(candidates: readonly T[]): Generator<T> {
  const newestFirst = candidates.toReversed();
  yield* newestFirst.filter(({ channel }) => channel === undefined);
  yield* inTurns(newestFirst);
}

/** The newest of each channel, then the one before of each, and so on. */
function* inTurns<T extends Candidate>(newestFirst: readonly T[]): Generator<T> {
  const byChannel = new Map<string, T[]>();
  for (const candidate of newestFirst) {
    if (candidate.channel === undefined) continue;
    const others = byChannel.get(candidate.channel);
    if (others) others.push(candidate);
    else byChannel.set(candidate.channel, [candidate]);
  }
  for (let turn = 0; byChannel.size > 0; turn++) {
    for (const [channel, { [turn]: next }] of byChannel) {
      if (next === undefined) byChannel.delete(channel);
      else yield next;
    }
  }
}
