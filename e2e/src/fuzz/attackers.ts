import type { Arena } from './arena.js';
import { Attack, type Strategy } from './attack.js';
import { HeldPeers } from './held.js';
import { NoAnswer } from './peer.js';
import { Random } from './random.js';
import type { Tally } from './tally.js';

/** Those who attack a consumer, side by side. What they do depends on the seed. */
export class Attackers {
  /** What no attack may bring about, such as to be taken for somebody else. */
  readonly findings: string[] = [];
  readonly #held = new HeldPeers();
  #isOver = false;

  constructor(
    private readonly arena: Arena,
    private readonly tally: Tally,
    private readonly seed: number,
  ) {}

  /** Attacks on and on, with `count` at a time, until `stop` is called. */
  async rage(strategies: readonly Strategy[], count: number): Promise<void> {
    const one = async (attacker: number): Promise<void> => {
      for (let turn = 0; !this.#isOver; turn++) {
        const random = new Random(this.seed, attacker, turn);
        await this.#attack(random.weighted(strategies), random, `${attacker}.${turn}`);
      }
    };
    await Promise.all(Array.from({ length: count }, (_, attacker) => one(attacker)));
  }

  /** Each of them once, all at the same time. */
  async eachOnce(strategies: readonly Strategy[]): Promise<void> {
    const attacks = strategies.map((strategy, index) =>
      this.#attack(strategy, new Random(this.seed, index), `${index}`),
    );
    await Promise.all(attacks);
  }

  /** No new attacks; those that run come to their end. */
  stop(): void {
    this.#isOver = true;
  }

  /** Ends the connections that were held, too. */
  leave(): void {
    this.#held.end();
  }

  async #attack(strategy: Strategy, random: Random, round: string): Promise<void> {
    const { tally, arena } = this;
    const origin = { tally, strategy: strategy.name, round };
    const attack = new Attack(random, arena.victim, arena.port, this.#held, origin);
    try {
      await strategy.attack(attack);
    } catch (error) {
      if (error instanceof NoAnswer) tally.outcome(`${strategy.name}: ${error.message}`);
      else this.findings.push(`${strategy.name} ${round}: ${String(error)}`);
    } finally {
      attack.end();
    }
  }
}
