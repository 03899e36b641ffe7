import type { ConsumerSeat } from './consumer-seat.js';
import type { Allowance, Fault, GapBeginning } from './fault.js';
import type { Printed } from './printed.js';
import type { Scene } from './scene.js';

/** A fault that has struck and is over, and what it may have cost. */
export interface Strike {
  readonly fault: string;
  readonly consumer: string;
  readonly proof: string;
  readonly allows: Allowance;
  readonly struckAt: number;
  /** For what a consumer printed: where a gap may begin at the earliest. */
  readonly gapFrom: ReadonlyMap<Printed, number>;
  /** Where it ends at the latest: when the next subscription was acknowledged. */
  readonly gapTo: number;
}

/**
 * Lets a fault strike and makes the system whole again; the consumers have yet to catch up then.
 *
 * @param meanwhile what else happens before it is made whole
 */
export async function strike(
  scene: Scene,
  fault: Fault,
  seat: ConsumerSeat,
  meanwhile?: () => Promise<void>,
): Promise<Strike> {
  const struckAt = Date.now();
  const forEach = (earliest: (printed: Printed) => number): ReadonlyMap<Printed, number> =>
    new Map(scene.seats.map(({ printed }) => [printed, earliest(printed)]));
  const earliest: Record<GapBeginning, ReadonlyMap<Printed, number>> = {
    strike: forEach(() => struckAt),
    publisher: forEach((printed) => scene.knownToPublisher(printed)),
    consumer: forEach((printed) => scene.knownToConsumer(printed)),
  };
  const struck = await fault.strike(scene, seat);
  await meanwhile?.();
  await struck.recover();
  const { allows, proof } = struck;
  return {
    fault: fault.name,
    consumer: seat.name,
    proof,
    allows,
    struckAt,
    gapFrom: earliest[allows.gapBegins],
    gapTo: scene.subscribedAfter(struckAt) ?? struckAt,
  };
}
