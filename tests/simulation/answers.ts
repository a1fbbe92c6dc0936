// What the public APIs answered, in one vocabulary. "unknown" is every answer that decides nothing: none at all, a server
// error, a U that says "ask again".
export interface Answer {
  readonly code: string;
  readonly unknown: boolean;
  readonly facts: Readonly<Record<string, string>>;
}

const undecided = new Set([
  'UNKNOWN_EXCEPTION',
  'REQUEST_TRAFFIC_EXCEED_LIMIT',
  'UNAVAILABLE',
  'SYSTEM_ERROR',
  'NO_ANSWER',
  'unavailable',
]);

export const answer = (code: string, facts: Answer['facts'] = {}): Answer => ({
  code,
  unknown: undecided.has(code),
  facts,
});

/** For the trace: what was said, without what is random by nature. */
export const inWords = ({ code, facts }: Answer): string =>
  [code, ...Object.entries(facts).map(([name, value]) => `${name}=${value}`)].join(' ');
