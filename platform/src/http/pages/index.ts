// Serves the built browser apps (hashed assets for ever, pages never from a cache) and the OpenAPI document.
import { existsSync } from 'node:fs';
import path from 'node:path';
import fastifyStatic from '@fastify/static';
import { openApiDocument } from '@tongbao/protocol/openapi';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';

export interface PagesOptions {
  /** web/dist: landing.html, cashier.html, wallet.html, console.html, sandbox.html, audit.html, till.html, assets/. */
  readonly folder: string;
  readonly publicUrl: string;
  /** The start page, the audit page and the till belong to the sandbox; elsewhere `/` says what this network is. */
  readonly sandbox: boolean;
}

const oneYearSeconds = 31_536_000;
const oneDayMs = 86_400_000;

export const pagesAdapter =
  (options: PagesOptions): FastifyPluginAsync =>
  async (app) => {
    const document = openApiDocument(options.publicUrl);
    app.get('/openapi.json', async () => document);
    if (!existsSync(options.folder)) {
      app.log.warn('the browser apps are not built (npm run build -w web): only the APIs are served');
      return;
    }
    await app.register(fastifyStatic, {
      root: path.join(options.folder, 'assets'),
      prefix: '/assets/',
      immutable: true,
      maxAge: oneYearSeconds * 1000,
    });
    // What a phone needs to put the wallet on its home screen.
    await app.register(fastifyStatic, {
      root: path.join(options.folder, 'icons'),
      prefix: '/icons/',
      decorateReply: false,
      maxAge: oneDayMs,
    });
    // `sendFile` writes the header of the assets over ours unless it is told not to.
    const file =
      (name: string, cacheControl: 'no-store' | 'no-cache', type?: string) =>
      (_request: FastifyRequest, reply: FastifyReply) => {
        void reply.header('cache-control', cacheControl);
        if (type !== undefined) void reply.type(type);
        return reply.sendFile(name, options.folder, { cacheControl: false });
      };
    app.get('/manifest.webmanifest', file('manifest.webmanifest', 'no-cache', 'application/manifest+json'));
    // A worker that comes from a cache could serve a former version for ever.
    app.get('/wallet-worker.js', file('wallet-worker.js', 'no-cache', 'text/javascript; charset=utf-8'));
    // A kept page would name assets that the next build no longer has.
    const page = (name: string) => file(name, 'no-store');
    app.get('/cashier/:token', page('cashier.html'));
    app.get('/wallet', page('wallet.html'));
    app.get('/wallet/*', page('wallet.html'));
    app.get('/console', page('console.html'));
    app.get('/console/*', page('console.html'));
    app.get('/', page(options.sandbox ? 'sandbox.html' : 'landing.html'));
    if (!options.sandbox) return;
    app.get('/audit', page('audit.html'));
    app.get('/till', page('till.html'));
  };
