import type { RedisServer } from '@relay/testing';
import type { Goal } from '../report/goals.js';

/** What a scenario found out, as the report shows it. */
export interface ScenarioResult {
  readonly name: string;
  readonly title: string;
  readonly text: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly goals: readonly Goal[];
  /** What went against the promise: the run fails. */
  readonly violations: readonly string[];
  /** As SVG. */
  readonly plot?: string;
  /** The raw figures. */
  readonly data: unknown;
}

export interface Scene {
  readonly redis: RedisServer;
  readonly say: (text: string) => void;
  /** 1 as described; less for a try. */
  readonly scale: number;
}

/** Something that one rate and one latency do not show. */
export interface Scenario {
  readonly name: string;
  readonly run: (scene: Scene) => Promise<ScenarioResult>;
}
