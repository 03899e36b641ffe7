import { encodeDeliver, type Entry } from '@relay/contracts';

/** Something that a scenario says happens, in the line `line` of the document. */
export type Step = { readonly line: number; readonly text: string } & (
  | { readonly kind: 'settings'; readonly settings: object }
  | { readonly kind: 'open'; readonly connection: number; readonly speaksRelay: boolean }
  | { readonly kind: 'break'; readonly connection: number }
  | { readonly kind: 'send'; readonly connection: number; readonly frame: Frame }
  | { readonly kind: 'expect'; readonly connection: number; readonly what: Expected }
  | { readonly kind: 'close'; readonly connection: number; readonly code: number }
  | { readonly kind: 'handle'; readonly how: 'begin' | 'end' | 'refuse'; readonly item: string }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'stop' | 'restart' }
);

/** What a client sends. */
export type Frame =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'binary'; readonly bytes: Uint8Array }
  | { readonly kind: 'ping' | 'pong' };

/** What the consumer sends or does; `cut` is an end without a close frame. */
export type Expected =
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'ping' | 'pong' | 'cut' }
  | { readonly kind: 'close'; readonly code: number };

export interface Scenario {
  readonly title: string;
  readonly steps: readonly Step[];
}

/** When every message of the scenarios was taken in. */
export const RECEIVED_AT = 1_790_000_000_000;

/** Any value, as a scenario writes it; as a key it stands for any further fields. */
const ANY = '…';

/** The scenarios of a document: its numbered headings, each with the fenced blocks of `scenario` below it. */
export function readScenarios(document: string): Scenario[] {
  const scenarios: { title: string; steps: Step[] }[] = [];
  let connection = 1;
  for (const { line, text, heading } of linesOf(document)) {
    if (heading) {
      scenarios.push({ title: text, steps: [] });
      connection = 1;
      continue;
    }
    const [, other, rest] = /^on connection (\d+): (.*)$/.exec(text) ?? [];
    const step = readStep(rest ?? text, other === undefined ? connection : Number(other));
    if (step.kind === 'open') connection = step.connection;
    const scenario = scenarios.at(-1);
    if (!scenario) throw new Error(`line ${line}: a scenario block without a numbered heading`);
    scenario.steps.push({ line, text, ...step });
  }
  return scenarios;
}

/** An item as a scenario writes it: what a handler gets, as text. */
export function describeMessage(
  offset: string | undefined,
  channel: string,
  pattern: string | undefined,
  payload: Uint8Array,
): string {
  const shown =
    payload.length > 64
      ? `${payload.length} bytes`
      : JSON.stringify(Buffer.from(payload).toString());
  return [offset, channel, pattern && `(${pattern})`, shown].filter(Boolean).join(' ');
}

/** Whether `actual` is what a scenario expects. */
export function matches(expected: unknown, actual: unknown): boolean {
  if (expected === ANY) return true;
  if (typeof expected !== 'object' || expected === null) return expected === actual;
  if (typeof actual !== 'object' || actual === null) return false;
  const { [ANY]: anyOthers, ...fields } = expected as Record<string, unknown>;
  return (
    Object.entries(fields).every(([key, value]) =>
      matches(value, (actual as Record<string, unknown>)[key]),
    ) && Object.keys(actual).every((key) => anyOthers !== undefined || Object.hasOwn(fields, key))
  );
}

interface Line {
  readonly line: number;
  readonly text: string;
  readonly heading: boolean;
}

/** Numbered headings and the lines of scenario blocks; an indented line continues the one before. */
function linesOf(document: string): Line[] {
  const lines: Line[] = [];
  let isInside = false;
  for (const [index, text] of document.split('\n').entries()) {
    const line = index + 1;
    if (text.startsWith('```')) isInside = text === '```scenario';
    else if (!isInside && /^### \d+\. /.test(text))
      lines.push({ line, text: text.slice(4), heading: true });
    else if (isInside && text.startsWith('  ')) {
      const before = lines.pop();
      if (before) lines.push({ ...before, text: before.text + text.slice(2) });
    } else if (isInside && text !== '' && !text.startsWith('#')) {
      lines.push({ line, text, heading: false });
    }
  }
  return lines;
}

type StepOf<S> = S extends Step ? Omit<S, 'line' | 'text'> : never;

/** The forms of a line: what it looks like, and what it says. */
const FORMS: readonly [
  RegExp,
  (connection: number, first: string, second: string) => StepOf<Step>,
][] = [
  [
    /^consumer with (\{.*\})$/,
    (_, json) => ({ kind: 'settings', settings: JSON.parse(json) as object }),
  ],
  [
    /^connection (\d+) opens( without sub-protocol)?$/,
    (_, n, without) => ({ kind: 'open', connection: Number(n), speaksRelay: without === '' }),
  ],
  [/^connection (\d+) breaks$/, (_, n) => ({ kind: 'break', connection: Number(n) })],
  [
    /^(?:publisher|client) → (.+)$/,
    (connection, frame) => ({ kind: 'send', connection, frame: readFrame(frame) }),
  ],
  [
    /^consumer → (ping|pong)$/,
    (connection, kind) => ({
      kind: 'expect',
      connection,
      what: { kind: kind as 'ping' | 'pong' },
    }),
  ],
  [
    /^consumer → (\{.+\})$/,
    (connection, json) => ({
      kind: 'expect',
      connection,
      what: { kind: 'json', value: JSON.parse(json.replaceAll(/,\s*…\}/g, ',"…":true}')) },
    }),
  ],
  [
    /^(?:publisher|client) closes (\d+)$/,
    (connection, code) => ({ kind: 'close', connection, code: Number(code) }),
  ],
  [
    /^consumer closes (\d+)$/,
    (connection, code) => ({
      kind: 'expect',
      connection,
      what: { kind: 'close', code: Number(code) },
    }),
  ],
  [
    /^consumer cuts the connection$/,
    (connection) => ({ kind: 'expect', connection, what: { kind: 'cut' } }),
  ],
  [/^consumer is handling (.+)$/, (_, item) => ({ kind: 'handle', how: 'begin', item })],
  [/^consumer handles (.+)$/, (_, item) => ({ kind: 'handle', how: 'end', item })],
  [/^consumer refuses (.+)$/, (_, item) => ({ kind: 'handle', how: 'refuse', item })],
  [
    /^(\d+) (ms|s) pass$/,
    (_, n, unit) => ({ kind: 'pass', ms: Number(n) * (unit === 's' ? 1000 : 1) }),
  ],
  [/^consumer shuts down$/, () => ({ kind: 'stop' })],
  [/^consumer is killed and starts again$/, () => ({ kind: 'restart' })],
];

function readStep(text: string, connection: number): StepOf<Step> {
  for (const [form, read] of FORMS) {
    const found = form.exec(text);
    if (found) return read(connection, found[1] ?? '', found[2] ?? '');
  }
  throw new Error(`not a line of a scenario: ${text}`);
}

function readFrame(text: string): Frame {
  if (text === 'ping' || text === 'pong') return { kind: text };
  const [, hex] = /^bytes ([0-9a-f ]+)$/.exec(text) ?? [];
  if (hex !== undefined) {
    return { kind: 'binary', bytes: Buffer.from(hex.replaceAll(' ', ''), 'hex') };
  }
  const [, after, entries] = /^deliver after (\S+): (.+)$/.exec(text) ?? [];
  if (after === undefined || entries === undefined) return { kind: 'text', text };
  const deliver = { after, entries: entries.split('; ').map(readEntry) };
  return { kind: 'binary', bytes: encodeDeliver(deliver) };
}

function readEntry(text: string): Entry {
  const [, at, reason = '', from, to, count] =
    /^(\S+) gap (\S+) from (\S+) to (\S+) count (\S+)$/.exec(text) ?? [];
  if (at !== undefined) {
    const [f, t, c] = [from, to, count].map((n) => (n === 'null' ? null : Number(n)));
    return { kind: 'gap', offset: at, reason, from: f ?? null, to: t ?? null, count: c ?? null };
  }
  const [, offset, channel, pattern, payload] =
    /^(\S+) (\S+)(?: \((\S+)\))? (".*"|\d+ bytes)$/.exec(text) ?? [];
  if (offset === undefined || channel === undefined || payload === undefined) {
    throw new Error(`not an entry: ${text}`);
  }
  return {
    kind: 'message',
    offset,
    channel,
    ...(pattern !== undefined && { pattern }),
    payload: payload.startsWith('"')
      ? Buffer.from(JSON.parse(payload) as string)
      : Buffer.alloc(Number.parseInt(payload, 10)),
    receivedAt: RECEIVED_AT,
  };
}
