import 'reflect-metadata';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { CloseCode, GapReason, mayComeBack } from '@relay/contracts';
import { ScenarioStage } from './testing/scenario-stage.js';
import { readScenarios } from './testing/scenarios.js';

const document = readFileSync(new URL('../../../../docs/protocol.md', import.meta.url), 'utf8');
const scenarios = readScenarios(document);

describe('a scenario of docs/protocol.md is what the consumer does:', () => {
  const played = new Set<string>();
  let stage: ScenarioStage;

  beforeEach(() => {
    jest.useFakeTimers({
      doNotFake: ['hrtime', 'nextTick', 'queueMicrotask', 'setImmediate', 'clearImmediate'],
    });
    stage = new ScenarioStage((ms) => jest.advanceTimersByTimeAsync(ms));
  });

  afterEach(async () => {
    await stage.end();
    jest.useRealTimers();
  });

  it.each(scenarios)('$title', async ({ title, steps }) => {
    await stage.play(steps);
    played.add(title);
  });

  it('and none was left out', () => {
    expect(scenarios.map(({ title }) => Number.parseInt(title, 10))).toEqual(
      scenarios.map((_, index) => index + 1),
    );
    expect(scenarios.filter(({ steps }) => steps.length === 0)).toEqual([]);
    const arrows = document.match(/^(?:on connection \d+: )?(?:publisher|client|consumer) → /gm);
    const frames = scenarios
      .flatMap(({ steps }) => steps)
      .filter(({ text }) => text.includes(' → '));
    expect(frames).toHaveLength(arrows?.length ?? 0);
    expect([...played]).toEqual(scenarios.map(({ title }) => title));
  });
});

describe('a table of docs/protocol.md has them all:', () => {
  it('close codes, each in the section that says what to do', () => {
    const sentByWs = ['1002', '1006', '1007', '1009'];
    const codes = Object.values(CloseCode).map(String);
    expect(cellsOf('Close codes')).toEqual([...codes, ...sentByWs].sort());
    const comeBack = rowsOf('Close codes')
      .filter(([, , todo]) => todo?.startsWith('come back'))
      .map(([code]) => Number(code));
    const all = cellsOf('Close codes').map(Number);
    expect(comeBack).toEqual(all.filter(mayComeBack));
  });

  it('reasons for gaps', () => {
    expect(cellsOf('Gaps').sort()).toEqual(Object.values(GapReason).sort());
  });
});

/** The rows of the first table in a section, without its head. */
function rowsOf(heading: string): string[][] {
  const section = document.split(/^#+ /m).find((text) => text.startsWith(`${heading}\n`)) ?? '';
  return section
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim().replaceAll('`', '')),
    );
}

function cellsOf(heading: string): string[] {
  return rowsOf(heading).map(([first = '']) => first);
}
