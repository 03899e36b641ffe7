/** What can be chosen among: places in the feed, messages with their channel. */
export interface Candidate {
  readonly n: number;
  /** Of a message; undefined for what is more than a message. */
  readonly channel: string | undefined;
}

/**
 * The `max` of `candidates` that are worth showing: gaps and the like first, then messages, the same number
 * of each channel as far as there are so many; always the newest.
 *
 * @param candidates in the order of their places
 */
export function choose<T extends Candidate>(candidates: readonly T[], max: number): readonly T[] {
  if (candidates.length <= max) return candidates;
  const rare = candidates.filter(({ channel }) => channel === undefined).slice(-max);
  const messages = fairly(candidates, max - rare.length);
  return [...rare, ...messages].sort((a, b) => a.n - b.n);
}

/** Takes turns: the newest of each channel, then the one before of each, and so on. */
function fairly<T extends Candidate>(candidates: readonly T[], max: number): T[] {
  const byChannel = new Map<string, T[]>();
  for (const candidate of candidates.toReversed()) {
    if (candidate.channel === undefined) continue;
    const others = byChannel.get(candidate.channel);
    if (others) others.push(candidate);
    else byChannel.set(candidate.channel, [candidate]);
  }
  const chosen: T[] = [];
  for (let turn = 0; chosen.length < max; turn++) {
    const before = chosen.length;
    for (const { [turn]: next } of byChannel.values()) {
      if (next !== undefined && chosen.length < max) chosen.push(next);
    }
    if (chosen.length === before) break;
  }
  return chosen;
}
