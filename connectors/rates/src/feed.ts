// A feed of rates: a file, or a URL that is asked whether it has changed.
import { readFile, stat } from 'node:fs/promises';
import type { PublishedRates, RateFeed } from '@tongbao/connector-interface';
import { maxBytes, parseRates } from './forms.ts';

/** What came of a GET. */
export type GetAnswer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly text: string;
      readonly etag: string | null;
      readonly lastModified: string | null;
    }
  | { readonly kind: 'failed'; readonly reason: string };

export interface RateFeedOptions {
  /** A path, or an http(s) URL. */
  readonly location: string;
  /** Never throws; no more than `maxAnswerBytes` are read. */
  readonly get: (request: {
    url: string;
    headers: Readonly<Record<string, string>>;
    timeoutMs: number;
    maxAnswerBytes: number;
  }) => Promise<GetAnswer>;
  /** For a whole fetch; 10 s if not said. */
  readonly timeoutMs?: number;
}

export function createRateFeed({ location, get, timeoutMs = 10_000 }: RateFeedOptions): RateFeed {
  let kept: { readonly ask: Readonly<Record<string, string>>; readonly days: PublishedRates[] } | null = null;

  async function fetched(): Promise<PublishedRates[]> {
    const accept = 'application/xml, text/csv, application/json';
    const headers = { accept, ...kept?.ask };
    const answer = await get({ url: location, headers, timeoutMs, maxAnswerBytes: maxBytes });
    const { host } = new URL(location);
    if (answer.kind === 'failed') throw new Error(`${host} was not reached: ${answer.reason}`);
    // Unchanged since what? Only what we have said that we have.
    if (answer.status === 304 && kept !== null && Object.keys(kept.ask).length > 0) return kept.days;
    if (answer.status !== 200) throw new Error(`${host} answered ${answer.status}`);
    const days = parseRates(answer.text);
    const { etag, lastModified } = answer;
    const ask = {
      ...(etag === null ? {} : { 'if-none-match': etag }),
      ...(lastModified === null ? {} : { 'if-modified-since': lastModified }),
    };
    kept = { ask, days };
    return days;
  }

  async function read(): Promise<PublishedRates[]> {
    const { size } = await stat(location);
    if (size > maxBytes) throw new Error(`a file of ${size} bytes is not read`);
    return parseRates(await readFile(location, 'utf8'));
  }

  return { latest: /^https?:\/\//.test(location) ? fetched : read };
}
