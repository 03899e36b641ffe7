/** A JSON value to be drawn. */
export type JsonNode =
  | {
      readonly kind: 'object' | 'array';
      readonly entries: readonly (readonly [name: string, value: JsonNode])[];
    }
  | { readonly kind: 'string' | 'number' | 'word'; readonly text: string };

/** Deeper ones are left as text: what draws it recurses. */
const MAX_DEPTH = 200;

/** A number as it was written, where the engine tells. */
class Written {
  constructor(readonly text: string) {}
}

/**
 * The tree of a JSON text that holds an object or an array; undefined for anything else. Numbers stay as
 * they were written where the browser can tell (`JSON.parse` rounds those beyond 2^53).
 */
export function jsonTree(text: string): JsonNode | undefined {
  if (!/^\s*[[{]/.test(text) || isDeep(text)) return undefined;
  try {
    return nodeOf(JSON.parse(text, keepNumbers));
  } catch {
    return undefined; // not JSON
  }
}

// https://tc39.es/proposal-json-parse-with-source/
function keepNumbers(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number') return value;
  return new Written(context?.source ?? String(value));
}

function nodeOf(value: unknown): JsonNode {
  if (value instanceof Written) return { kind: 'number', text: value.text };
  if (typeof value === 'string') return { kind: 'string', text: JSON.stringify(value) };
  if (Array.isArray(value))
    return { kind: 'array', entries: value.map((each, at) => [String(at), nodeOf(each)]) };
  if (typeof value === 'object' && value !== null)
    return {
      kind: 'object',
      entries: Object.entries(value).map(([name, each]) => [name, nodeOf(each)]),
    };
  return { kind: 'word', text: String(value) };
}

function isDeep(text: string): boolean {
  let depth = 0;
  let deepest = 0;
  for (const character of text) {
    if (character === '[' || character === '{') deepest = Math.max(deepest, ++depth);
    if (character === ']' || character === '}') depth--;
  }
  return deepest > MAX_DEPTH; // brackets in strings count, too: rather too early
}
