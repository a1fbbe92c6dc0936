// The connector for feeds of rates and a publisher of its own, for the kit.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FeedDriver, FeedMood } from '@tongbao/connector-conformance';
import type { PublishedRates, RateFeed } from '@tongbao/connector-interface';
import { createRateFeed } from '@tongbao/connector-rates';
import { createOutbound } from '../../platform/src/system/index.ts';

const forms: Readonly<Record<string, (days: readonly PublishedRates[]) => string>> = {
  xml: (days) => {
    const cubes = days.map(({ date, perPivot }) => {
      const rates = [...perPivot].map(([code, rate]) => `<Cube currency='${code}' rate='${rate}'/>`);
      return `<Cube time='${date}'>${rates.join('')}</Cube>`;
    });
    return `<?xml version="1.0"?><gesmes:Envelope xmlns:gesmes="x"><Cube>${cubes.join('')}</Cube></gesmes:Envelope>`;
  },
  csv: (days) => {
    const codes = [...days[0]!.perPivot.keys()];
    const lines = days.map(({ date, perPivot }) =>
      [date, ...codes.map((code) => perPivot.get(code)), ''].join(','),
    );
    return [['Date', ...codes, ''].join(','), ...lines, ''].join('\n');
  },
  json: (days) =>
    JSON.stringify(
      days.map(({ date, pivot, perPivot }) => ({ date, base: pivot, rates: Object.fromEntries(perPivot) })),
    ),
};

/** Makes a broken copy of the connector. */
export type FeedChange = (feed: RateFeed, location: string) => RateFeed;

export async function feedDriver(change: FeedChange = (feed) => feed): Promise<FeedDriver> {
  const outbound = createOutbound({ reach: 'public-and-loopback' });
  let mood: FeedMood = 'normal';
  let document = '';
  let version = 0;
  let whole = 0;
  let port = 0;
  let server: ReturnType<typeof createServer>;

  function answer(request: IncomingMessage, response: ServerResponse): unknown {
    const etag = `"v${version}"`;
    if (mood === 'hang') return;
    if (mood === 'claims') return response.writeHead(304).end();
    if (mood === 'error') return response.writeHead(500).end(document);
    if (mood === 'page') return response.writeHead(200).end('<html><body>We are back soon</body></html>');
    if (mood === 'cut') return response.writeHead(200).end(document.slice(0, document.length - 12));
    if (mood === 'huge') return response.writeHead(200).end(document + ' '.repeat(17 * 1024 * 1024));
    if (request.headers['if-none-match'] === etag) return response.writeHead(304, { etag }).end();
    whole += 1;
    return response.writeHead(200, { etag }).end(document);
  }
  async function listen(): Promise<void> {
    server = createServer(answer);
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  }
  const stop = () => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  };
  await listen();
  return {
    start() {
      const location = `http://127.0.0.1:${port}/rates`;
      return change(createRateFeed({ location, get: outbound.get, timeoutMs: 900 }), location);
    },
    async behave(wanted) {
      if (wanted === 'down' && mood !== 'down') await stop();
      if (mood === 'hang') server.closeAllConnections();
      const wasDown = mood === 'down';
      mood = wanted;
      if (wasDown && wanted !== 'down') await listen();
    },
    publish(days, form) {
      document = forms[form]!(days);
      version += 1;
    },
    forms: Object.keys(forms),
    sentWhole: () => whole,
    async close() {
      outbound.close();
      if (mood !== 'down') await stop();
    },
  };
}
