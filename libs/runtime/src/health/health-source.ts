/** One condition of readiness: whether it holds, and since when it does or does not. */
export interface ReadinessPart {
  readonly ok: boolean;
  readonly since: Date;
  /** What it was judged by. */
  readonly [detail: string]: unknown;
}

/** Whether an app can do its work now, and what that was judged by. */
export interface Readiness {
  readonly ready: boolean;
  readonly parts: Readonly<Record<string, ReadinessPart>>;
}

/** What an app can say of its health. */
export abstract class HealthSource {
  /** Every part, for people. */
  abstract read(): object;
  abstract readiness(): Readiness;
}
