import { readdirSync, readFileSync } from 'node:fs';

/** How a process is, as the kernel knows. */
export class VitalSigns {
  /** The greatest resident memory that was seen, in MiB. */
  peakMiB = 0;

  constructor(private readonly pid: number) {}

  /** Resident memory now, in MiB. */
  memoryMiB(): number {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
    const mib = Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024);
    this.peakMiB = Math.max(this.peakMiB, mib);
    return mib;
  }

  /** Files and sockets that it has open. */
  openFiles(): number {
    return readdirSync(`/proc/${this.pid}/fd`).length;
  }
}
