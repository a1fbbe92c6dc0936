// What integrators sign in place of the content of the AMS gateway (reference, section 1.3): the content in its parts,
// and for each mistake the part that it changes. Mistakes that change different parts can be made together.
import { otherBodies } from './bodies.ts';

/** `method path lineEnd client first time last body`, one after the other. */
export interface Content {
  /** With the blank after it. */
  readonly method: string;
  readonly path: string;
  readonly lineEnd: string;
  readonly client: string;
  /** Between client id and time. */
  readonly first: string;
  readonly time: string;
  /** Between time and body. */
  readonly last: string;
  readonly body: Buffer;
}

export interface Asked {
  /** As in the request line. */
  readonly path: string;
  readonly clientId: string;
  readonly time: string;
  readonly body: Buffer;
  /** The Host header, or empty. */
  readonly host: string;
  /** Of the other merchants here. */
  readonly otherClientIds: readonly string[];
}

export interface Mistake {
  /** Goes on after "you signed". */
  readonly says: string;
  readonly change: Partial<Content>;
}

export const rightContent = ({ path, clientId, time, body }: Asked): Content => ({
  ...{ method: 'POST ', path, lineEnd: '\n', client: clientId, first: '.', time, last: '.', body },
});

/** What precedes the body. */
export const headOf = (content: Content): string =>
  content.method +
  content.path +
  content.lineEnd +
  content.client +
  content.first +
  content.time +
  content.last;

export const bytesOf = (content: Content): Buffer =>
  Buffer.concat([Buffer.from(headOf(content), 'utf8'), content.body]);

/** Each differs from what is right. The list is bounded: some three hundred. */
export function mistakesOf(asked: Asked): Mistake[] {
  const right = rightContent(asked);
  const all = [
    ...pathMistakes(asked),
    ...lineMistakes(),
    ...jointMistakes(),
    ...clientMistakes(asked),
    ...timeMistakes(asked.time),
    ...otherBodies(asked.body).map(({ says, body }) => ({ says, change: { body } })),
  ];
  return all.filter(({ change }) =>
    Object.entries(change).some(([part, changed]) => changed !== right[part as keyof Content]),
  );
}

const hosts = [
  'open-sea-global.alipay.com',
  'open-na-global.alipay.com',
  'open-de-global.alipay.com',
  'open-sea.alipay.com',
];

function pathMistakes({ path, host }: Asked): Mistake[] {
  const other = (says: string, changed: string): Mistake => ({ says, change: { path: changed } });
  const [bare = path] = path.split('?');
  const authorities = host === '' ? hosts : [host, host.replace(/:\d+$/, ''), ...hosts];
  const live = path.replace('/ams/sandbox/api', '/ams/api');
  const sandbox = path.replace('/ams/api', '/ams/sandbox/api');
  const paths = [...new Set([path, bare, live, sandbox])];
  return [
    other('the production path (/ams/api/…), but called /ams/sandbox/api/…', live),
    other('the sandbox path (/ams/sandbox/api/…), but called /ams/api/…', sandbox),
    ...authorities.flatMap((authority) =>
      paths.flatMap((from) => [
        ...['http', 'https'].map((scheme) =>
          other('the full URL instead of the path', `${scheme}://${authority}${from}`),
        ),
        other('the host and the path instead of the path', `${authority}${from}`),
      ]),
    ),
    other('the path without /ams/api before /v1', path.replace(/^.*(?=\/v1\/)/, '')),
    other('the path without its query', bare),
    other('the path without its first slash', path.slice(1)),
    other('the path with a slash at its end', `${path}/`),
    other('the path without the slash at its end', path.replace(/\/$/, '')),
    other('the path percent-encoded', encodeURIComponent(path)),
    other('the path in small letters', path.toLowerCase()),
    other('only the last part of the path', bare.slice(bare.lastIndexOf('/') + 1)),
    other('no path', ''),
  ];
}

function lineMistakes(): Mistake[] {
  const ends: readonly (readonly [string, string])[] = [
    ['a blank for the line end after the path', ' '],
    ['CR LF for the line end after the path', '\r\n'],
    ['a backslash and an n for the line end after the path', String.raw`\n`],
    ['a dot for the line end after the path', '.'],
    ['two line ends after the path', '\n\n'],
    ['no line end after the path', ''],
  ];
  return [
    {
      says: 'no method line ("POST", the path and the line end are missing)',
      change: { method: '', path: '', lineEnd: '' },
    },
    { says: 'no method (the first line is the path alone)', change: { method: '' } },
    ...['GET ', 'PUT ', 'post ', 'Post '].map((method) => ({
      says: `${method.trim()} for POST`,
      change: { method },
    })),
    { says: 'a line end for the blank after POST', change: { method: 'POST\n' } },
    { says: 'no blank after POST', change: { method: 'POST' } },
    { says: 'the method alone in the first line', change: { path: '', method: 'POST' } },
    ...ends.map(([says, lineEnd]) => ({ says, change: { lineEnd } })),
  ];
}

function jointMistakes(): Mistake[] {
  const marks: readonly (readonly [string, string])[] = [
    ['newlines', '\n'],
    ['CR LF', '\r\n'],
    [String.raw`\n as two characters`, String.raw`\n`],
    ['commas', ','],
    ['blanks', ' '],
    ['ampersands', '&'],
    ['colons', ':'],
    ['bars', '|'],
    ['semicolons', ';'],
    ['hyphens', '-'],
    ['underscores', '_'],
  ];
  return [
    { says: 'no dot between request-time and body (the last dot is missing)', change: { last: '' } },
    { says: 'no dot between client-id and request-time (the first dot is missing)', change: { first: '' } },
    { says: 'no dots between client-id, request-time and body', change: { first: '', last: '' } },
    ...marks.flatMap(([name, mark]) => [
      { says: `${name} instead of the dots`, change: { first: mark, last: mark } },
      { says: `${name} instead of the last dot`, change: { last: mark } },
      { says: `${name} instead of the first dot`, change: { first: mark } },
    ]),
    { says: 'a line end after the last dot', change: { last: '.\n' } },
    { says: 'blanks around the dots', change: { first: ' . ', last: ' . ' } },
  ];
}

function clientMistakes({ clientId, otherClientIds }: Asked): Mistake[] {
  const other = (says: string, client: string): Mistake => ({ says, change: { client } });
  return [
    ...otherClientIds.map((id) =>
      other(`another client-id (${id.slice(0, 64)}) than the header's client-id`, id),
    ),
    other('no client-id', ''),
    other('the client-id without SANDBOX_', clientId.replace(/^SANDBOX_/, '')),
    other('the client-id with SANDBOX_ before it', `SANDBOX_${clientId}`),
    other('the client-id in small letters', clientId.toLowerCase()),
    other('the client-id in capitals', clientId.toUpperCase()),
    other('the client-id in quotes', `"${clientId}"`),
    other('the client-id with a blank after it', `${clientId} `),
    { says: 'no client-id and no request-time', change: { client: '', first: '', time: '', last: '' } },
    { says: 'no client-id and no dot after it', change: { client: '', first: '' } },
  ];
}

const isoSeconds = (at: Date, offsetHours: number): string =>
  new Date(at.getTime() + offsetHours * 3_600_000).toISOString().slice(0, 19);

function timeMistakes(time: string): Mistake[] {
  const other = (says: string, changed: string): Mistake => ({ says, change: { time: changed } });
  const ms = /^\d{1,15}$/.test(time) ? Number(time) : Date.parse(time);
  const none = [
    other('without the request time', ''),
    { says: 'no request-time and no dot after it', change: { time: '', last: '' } },
    other('the request time in quotes', `"${time}"`),
  ];
  const at = new Date(ms);
  if (Number.isNaN(at.getTime())) return none;
  const inForm = 'the request time in another form than in the header';
  const seconds = String(Math.floor(ms / 1000));
  return [
    ...none,
    other('the request time in seconds, not as in the header', seconds),
    other(`${inForm} (milliseconds)`, String(ms)),
    other(`${inForm} (seconds and three zeros)`, `${seconds}000`),
    other(`${inForm} (ISO 8601 with milliseconds)`, at.toISOString()),
    other(`${inForm} (ISO 8601)`, `${isoSeconds(at, 0)}Z`),
    other(`${inForm} (ISO 8601 with +00:00)`, `${isoSeconds(at, 0)}+00:00`),
    other(`${inForm} (ISO 8601 without its zone)`, isoSeconds(at, 0)),
    ...[8, 9, 1, -5, -8].map((hours) => {
      const zone = `${hours < 0 ? '-' : '+'}${String(Math.abs(hours)).padStart(2, '0')}:00`;
      return other(`${inForm} (ISO 8601 with ${zone})`, `${isoSeconds(at, hours)}${zone}`);
    }),
    other(`${inForm} (without T and Z)`, isoSeconds(at, 0).replace('T', ' ')),
  ];
}

const nearbyMs = 10_000;
const nearbySeconds = 3_600;

/** The times that a second look at the clock would have given, in the header's own form: nearest first. */
export function* otherTimes(time: string): Generator<Mistake> {
  const isNumber = /^\d{13}$/.test(time);
  const at = isNumber ? Number(time) : Date.parse(time);
  if (!isNumber && Number.isNaN(at)) return;
  const of = (ms: number): Mistake => {
    const changed = isNumber ? String(ms) : inFormOf(time, ms);
    return { says: `another request-time (${changed}) than the header's`, change: { time: changed } };
  };
  if (isNumber || /\.\d{3}/.test(time))
    for (let off = 1; off <= nearbyMs; off++) yield* [of(at - off), of(at + off)];
  for (let off = 1; off <= nearbySeconds; off++) yield* [of(at - off * 1000), of(at + off * 1000)];
  for (let hours = 2; hours <= 24; hours++) yield* [of(at - hours * 3_600_000), of(at + hours * 3_600_000)];
}

/** Another instant, written with the same zone and digits as a time in ISO 8601. */
function inFormOf(time: string, ms: number): string {
  const zone = /(Z|[+-]\d{2}:?\d{2})?$/.exec(time)![0];
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})$/.exec(zone) ?? [];
  const offset = sign === undefined ? 0 : (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1);
  const local = new Date(ms + offset * 60_000).toISOString();
  return `${/\.\d{3}/.test(time) ? local.slice(0, 23) : local.slice(0, 19)}${zone}`;
}
