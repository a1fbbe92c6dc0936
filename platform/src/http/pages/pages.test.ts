// security H2: what browsers may keep, on the real answers of every page.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createServer } from '../server.ts';
import { pagesAdapter } from './index.ts';

let folder: string;
let app: FastifyInstance;
const pages = ['cashier', 'wallet', 'console', 'sandbox', 'audit', 'till'];
let production: FastifyInstance;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tongbao-pages-'));
  for (const name of ['assets', 'icons']) await mkdir(path.join(folder, name));
  for (const name of [...pages, 'landing'])
    await writeFile(path.join(folder, `${name}.html`), `<!doctype html>${name}`);
  await writeFile(path.join(folder, 'assets/app-1a2b3c.js'), '1');
  await writeFile(path.join(folder, 'manifest.webmanifest'), '{}');
  await writeFile(path.join(folder, 'wallet-worker.js'), '1');
  const serverOf = (sandbox: boolean) =>
    createServer({
      logger: pino({ level: 'silent' }),
      adapters: [pagesAdapter({ folder, publicUrl: 'http://localhost', sandbox })],
      healthy: async () => true,
    });
  app = await serverOf(true);
  production = await serverOf(false);
});
afterAll(async () => {
  await app?.close();
  await production?.close();
  await rm(folder, { recursive: true, force: true });
});

const cacheOf = async (url: string): Promise<string> => {
  const answer = await app.inject({ url });
  expect(answer.statusCode).toBe(200);
  return String(answer.headers['cache-control']);
};

test('security H2: no page is kept by a browser', async () => {
  const routes = ['/', '/audit', '/till', '/wallet', '/wallet/bills', '/console', '/console/books'];
  for (const url of [...routes, '/cashier/token']) expect(await cacheOf(url), url).toBe('no-store');
  // Every page that is built is among them.
  const served = await Promise.all(
    [...routes, '/cashier/token'].map(async (url) => (await app.inject({ url })).body.slice(15)),
  );
  expect([...new Set(served)].sort()).toEqual([...pages].sort());
});

test('security H2: what has its content in its name is kept for ever, the rest is asked for again', async () => {
  expect(await cacheOf('/assets/app-1a2b3c.js')).toBe('public, max-age=31536000, immutable');
  expect(await cacheOf('/manifest.webmanifest')).toBe('no-cache');
  expect(await cacheOf('/wallet-worker.js')).toBe('no-cache');
});

test('production begins with what this network is, kept by no browser; nothing of the sandbox is there', async () => {
  const answer = await production.inject({ url: '/' });
  expect(answer).toMatchObject({ statusCode: 200, body: '<!doctype html>landing' });
  expect(answer.headers['cache-control']).toBe('no-store');
  expect(answer.headers['content-security-policy']).toContain("default-src 'self'");
  for (const url of ['/audit', '/till']) expect((await production.inject({ url })).statusCode).toBe(404);
});
