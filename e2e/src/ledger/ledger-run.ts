import { audit } from './audit.js';
import type { Allowance, Fault } from './fault.js';
import type { Row } from './report.js';
import type { Scene } from './scene.js';
import { strike } from './strike.js';

/** A row of the report, and what the fault was allowed to cost. */
export interface LedgerRun extends Row {
  readonly allows: Allowance;
}

/** How much is published before the fault, and after it. */
const AROUND = 1_000;

/** Lets one fault strike a scene while numbers flow, and gives the account of all of them. */
export async function runLedger(scene: Scene, fault: Fault): Promise<LedgerRun> {
  await scene.publishedMore(AROUND);
  const seat = scene.firstSeat;
  const struck = await strike(scene, fault, seat);
  await scene.caughtUp();
  await scene.publishedMore(AROUND);
  await scene.finish();
  const balance = audit(scene.published, seat.printed, [struck]);
  const { proof, allows } = struck;
  return { fault: fault.name, proof, allows, balance };
}
