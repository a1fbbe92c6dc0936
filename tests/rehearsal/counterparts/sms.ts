// The SMS service of a rehearsal, a process of its own: takes messages as the guide says (POST {"phone", "text"}), and prints each
// as a line of JSON, as a telephone would show it.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const server = createServer((request, response) => {
  let text = '';
  request.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    if (text.length > 10_000) request.destroy();
  });
  request.on('end', () => {
    const isMessage =
      request.method === 'POST' && request.headers['content-type']?.startsWith('application/json');
    const { phone, text: said } = isMessage ? (JSON.parse(text) as { phone: string; text: string }) : {};
    response.writeHead(isMessage ? 202 : 400).end();
    if (isMessage) console.log(JSON.stringify({ phone, said }));
  });
});
server.listen(0, '127.0.0.1', () => console.log(`port ${(server.address() as AddressInfo).port}`));
