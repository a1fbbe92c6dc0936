// A load generator that costs little: requests are whole buffers made beforehand, each connection sends its next one
// when the last is answered, and of an answer only its length and one expected word are read.
import { connect, type Socket } from 'node:net';
import { figureOf, type PostingFigure } from './posting.ts';

/** Sends all requests over `connections` keep-alive connections. Throws at the first answer without `expected`. */
export async function drive(
  requests: readonly Buffer[],
  to: { port: number; connections: number; expected: string },
): Promise<PostingFigure> {
  const latencies: number[] = [];
  let next = 0;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: to.connections }, async () => {
      const line = await openLine(to.port);
      try {
        for (let request = requests[next++]; request !== undefined; request = requests[next++]) {
          const started = performance.now();
          const answer = await line.ask(request);
          if (!answer.includes(to.expected)) throw new Error(`an unexpected answer: ${answer.slice(0, 800)}`);
          latencies.push(performance.now() - started);
        }
      } finally {
        line.close();
      }
    }),
  );
  return figureOf(latencies, performance.now() - began);
}

export interface Line {
  /** The whole answer, head and body, as latin1 text. */
  ask(request: Buffer): Promise<string>;
  close(): void;
}

export async function openLine(port: number): Promise<Line> {
  const socket = await opened(port);
  let received = '';
  let answered: ((answer: string) => void) | null = null;
  let failed: ((error: Error) => void) | null = null;
  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => {
    received += chunk;
    const head = received.indexOf('\r\n\r\n');
    if (head === -1) return;
    const length = /content-length: (\d+)/i.exec(received.slice(0, head))?.[1];
    if (length === undefined) return failed?.(new Error('an answer without content-length'));
    if (received.length < head + 4 + Number.parseInt(length, 10)) return;
    const answer = received;
    received = '';
    answered?.(answer);
  });
  socket.on('error', (error) => failed?.(error));
  socket.on('close', () => failed?.(new Error('the server closed the connection')));
  return {
    ask: (request) =>
      new Promise((resolve, reject) => {
        answered = resolve;
        failed = reject;
        socket.write(request);
      }),
    close: () => socket.destroy(),
  };
}

function opened(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    socket.once('connect', () => resolve(socket));
    socket.once('error', reject);
  });
}
