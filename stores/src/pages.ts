// The storefront's files and the drawn pictures. Files are few: they are read and compressed once, at the start.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { picture } from './pictures.ts';
import { shopOf, shops } from './shops.ts';

export interface Pages {
  /** Answers for what is a page, a file or a picture; the APIs get the rest. */
  readonly serve: (request: IncomingMessage, response: ServerResponse, next: () => void) => void;
}

interface Kept {
  readonly type: string;
  readonly plain: Buffer;
  readonly gzip: Buffer;
  readonly tag: string;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
};
const forEver = 'public, max-age=31536000, immutable';
const policy =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

function keep(type: string, plain: Buffer): Kept {
  const tag = `"${createHash('sha256').update(plain).digest('base64url').slice(0, 16)}"`;
  return { type, plain, gzip: gzipSync(plain), tag };
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  what: { file: Kept; cache: string; status?: number },
): void {
  const { file, cache, status = 200 } = what;
  const headers: Record<string, string> = {
    'content-type': file.type,
    'cache-control': cache,
    etag: file.tag,
    vary: 'accept-encoding',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'same-origin',
  };
  if (file.type.startsWith('text/html')) headers['content-security-policy'] = policy;
  if (request.headers['if-none-match'] === file.tag) {
    response.writeHead(304, headers).end();
    return;
  }
  const zipped = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
  if (zipped) headers['content-encoding'] = 'gzip';
  const body = zipped ? file.gzip : file.plain;
  headers['content-length'] = String(body.length);
  response.writeHead(status, headers).end(request.method === 'HEAD' ? undefined : body);
}

/** The built storefront in `folder`: index.html and assets/. */
export function createPages(folder: string): Pages {
  const index = path.join(folder, 'index.html');
  if (!existsSync(index)) throw new Error(`the storefront is not built: ${index} is missing`);
  const page = keep(types['.html']!, readFileSync(index));
  const assets = new Map(
    readdirSync(path.join(folder, 'assets')).map((name) => [
      name,
      keep(
        types[path.extname(name)] ?? 'application/octet-stream',
        readFileSync(path.join(folder, 'assets', name)),
      ),
    ]),
  );
  return {
    serve(request, response, next) {
      if (request.method !== 'GET' && request.method !== 'HEAD') return next();
      const [first = '', second = '', third = ''] = new URL(request.url ?? '/', 'http://shop').pathname
        .split('/')
        .slice(1);
      if (first === 'pictures' && /^[a-z]{1,20}$/.test(second) && /^[a-z0-9-]{1,80}\.svg$/.test(third)) {
        const drawn = keep(types['.svg']!, Buffer.from(picture(third.slice(0, -4), second)));
        return send(request, response, { file: drawn, cache: forEver });
      }
      const asset = first === 'assets' ? assets.get(second) : undefined;
      if (asset !== undefined) return send(request, response, { file: asset, cache: forEver });
      if (first === '') {
        response.writeHead(302, { location: `/${shops[0]!.code}/` }).end();
        return;
      }
      if (shopOf(first) === undefined) return next();
      if (second === '' && !(request.url ?? '').split('?')[0]!.endsWith('/')) {
        response.writeHead(302, { location: `/${first}/` }).end();
        return;
      }
      send(request, response, { file: page, cache: 'no-cache' });
    },
  };
}
