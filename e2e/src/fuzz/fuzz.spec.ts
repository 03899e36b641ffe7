import { afterEach, expect, it } from '@jest/globals';
import { Arena } from './arena.js';
import { Attackers } from './attackers.js';
import { Siege } from './siege.js';
import { malices } from './strategies/malices.js';
import { strategies } from './strategies/index.js';
import { STATES, Tally } from './tally.js';

const SEED = 20_260_921;
const MAX_MIB = 1024;

let ends: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const end of ends.reverse()) await end();
  ends = [];
});

it('survives each attack, and loses nothing of the publisher beside it', async () => {
  const tally = new Tally();
  const arena = await Arena.start();
  ends.push(() => arena.clear());
  const attackers = new Attackers(arena, tally, SEED);
  ends.push(() => {
    attackers.leave();
  });
  const affordable = strategies.filter(({ name }) => name !== 'thousands of connections');
  await attackers.eachOnce(affordable);
  const untried = affordable.filter(({ name }) => tally.of(name) === 0);
  expect([untried.map(({ name }) => name), tally.outcomes]).toEqual([[], expect.any(String)]);
  // how many inputs come so far is for the long run, which weighs its attacks: here some end sooner, some later
  expect(STATES.filter((state) => tally.inState(state) === 0)).toEqual([]);
  expect(await arena.complaints(MAX_MIB)).toEqual([]);
  attackers.leave();
  expect([...attackers.findings, ...(await arena.finish())]).toEqual([]);
});

it('bears evil consumers, and keeps what an honest one has not acknowledged', async () => {
  const tally = new Tally();
  const siege = await Siege.start(tally, SEED, malices.length);
  ends.push(() => siege.clear());
  await siege.disturb();
  await siege.visited(malices.length);
  await siege.disturb();
  expect(malices.filter(({ name }) => tally.of(name) === 0)).toEqual([]);
  expect([...siege.complaints(MAX_MIB), ...(await siege.finish())]).toEqual([]);
});
