import { setTimeout } from 'node:timers/promises';
import { RecordedProcess } from '@relay/testing';
import { endsWithUs } from './ends-with-us.js';
import { onlyThese } from './environment.js';
import { CHANNEL } from '../load/channel.js';
import type { Program } from './variants.js';

export type Role = 'publisher' | 'consumer';
export type Variables = Readonly<Record<string, string>>;

const START_MS = 20_000;
const POLL_MS = 10;
/** Of what a program said, as much as an error shows. */
const SHOWN_CHARACTERS = 2_000;

/** The programs of a pipeline that is being started. */
export class StartedPrograms {
  readonly #started: RecordedProcess[] = [];

  /** @param nodeFlags flags of node, for each program that it runs */
  constructor(
    private readonly redisUrl: string,
    private readonly nodeFlags: (role: Role) => readonly string[] = () => [],
  ) {}

  add(
    role: Role,
    { command, args, variables: own }: Program,
    variables: Variables,
  ): RecordedProcess {
    const flags = command === process.execPath ? this.nodeFlags(role) : [];
    const running = RecordedProcess.start(command, [...flags, ...args], {
      env: onlyThese({ REDIS_URL: this.redisUrl, REDIS_CHANNELS: CHANNEL, ...own, ...variables }),
    });
    endsWithUs(running.pid);
    this.#started.push(running);
    return running;
  }

  /**
   * Looks again and again until it is so.
   *
   * @throws Error when a program ends before, or when it takes too long, with what the programs said
   */
  async until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
    const deadline = performance.now() + START_MS;
    while (!(await isSo())) {
      const hasEnded = this.#started.some(({ running }) => !running);
      if (hasEnded || performance.now() > deadline) {
        const why = hasEnded ? 'a program ended' : `${START_MS} ms went by`;
        const said = this.#started.map(({ output }) => output.slice(-SHOWN_CHARACTERS)).join('\n');
        throw new Error(`${why} before anything ${what}:\n${said}`);
      }
      await setTimeout(POLL_MS);
    }
  }

  async kill(): Promise<void> {
    await Promise.all(this.#started.map((each) => each.stop('SIGKILL')));
  }
}
