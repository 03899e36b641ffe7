import { readFileSync } from 'node:fs';

/** Ticks of all cores together, since the system started. */
export interface CoreTicks {
  /** In which something ran or had to wait for the host of a virtual machine. */
  readonly wanted: number;
  /** Of them, in which the host let something else run. */
  readonly stolen: number;
}

/** @param stat what `/proc/stat` says: its first line is about all cores (proc(5)) */
export function coreTicks(stat = readFileSync('/proc/stat', 'utf8')): CoreTicks {
  const [, ...fields] = stat.slice(0, stat.indexOf('\n')).split(/\s+/).map(Number);
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, stolen = 0] = fields;
  return { wanted: user + nice + system + irq + softirq + stolen, stolen };
}

/** What share of the time that the cores were wanted for, from the one to the other, its host did not give. */
export function stealBetween(before: CoreTicks, after: CoreTicks): number {
  const wanted = after.wanted - before.wanted;
  return wanted === 0 ? 0 : (after.stolen - before.stolen) / wanted;
}
