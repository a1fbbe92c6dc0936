// The stores' process: fills its database the first time, starts Vendure with the four shops, tells the sandbox when
// they answer, and ends when it is asked to or when the sandbox is gone.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { INestApplication } from '@nestjs/common';
import { bootstrap, CollectionService, JobQueueService, RequestContextService } from '@vendure/core';
import { storesConfig } from './config.ts';
import { fill } from './fill.ts';
import { merchantKeys } from './network.ts';
import { createPages } from './pages.ts';
import { connectPaymentMethods } from './payment-methods.ts';
import { shops } from './shops.ts';
import { emptied, filledWith, markFilled } from './store.ts';
import { vendureConfig } from './vendure.ts';

/** Changes with the catalogue and with Vendure's tables: another mark in the database means that it is filled anew. */
const mark = 'catalogue 2, Vendure 3.7.3';
const storefront = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../dist');

const tell = (progress: string) => process.send?.({ progress });

async function start(): Promise<INestApplication> {
  const config = storesConfig();
  const pages = createPages(storefront);
  const isFilled = (await filledWith(config.databaseUrl)) === mark;
  if (!isFilled) {
    await emptied(config.databaseUrl);
    tell('filling the shops (once)');
  }
  const app = await bootstrap(vendureConfig(config, pages, !isFilled), {
    nestApplicationOptions: { logger: false },
  });
  await app.get(JobQueueService).start();
  if (!isFilled) {
    await fill(app, tell);
    await departmentsFilled(app);
    await markFilled(config.databaseUrl, mark);
  }
  await connectPaymentMethods(app, { ...config, keys: await merchantKeys(config.networkUrl) });
  process.send?.({
    ready: shops.map(({ name, code, clientId, currency }) => ({
      name: name.en,
      url: `${config.publicUrl}/${code}/`,
      clientId,
      currency,
    })),
  });
  return app;
}

const patience = { tries: 600, pauseMs: 200 } as const;

async function until(what: string, isDone: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < patience.tries; tries++) {
    if (await isDone()) return;
    await new Promise((resolve) => setTimeout(resolve, patience.pauseMs));
  }
  throw new Error(`${what} took too long`);
}

/** Departments find their products in jobs: a shop opens when they are done. */
async function departmentsFilled(app: INestApplication): Promise<void> {
  const collections = app.get(CollectionService);
  for (const shop of shops) {
    const ctx = await app.get(RequestContextService).create({ apiType: 'admin', channelOrToken: shop.code });
    const { items } = await collections.findAll(ctx, { take: 50 });
    for (const { id, name } of items)
      await until(`the department ${name}`, async () => {
        const variants = await collections.getCollectionProductVariantIds({ id } as never, ctx);
        return variants.length > 0;
      });
  }
}

let app: INestApplication | null = null;
let isStopping = false;

async function stop(): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  setTimeout(() => process.exit(1), 5_000).unref();
  await app?.close().catch(() => undefined);
  process.exit(0);
}
// A terminal's Ctrl-C reaches us as well; whoever started us says when.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => void stop());
process.on('disconnect', () => void stop());

start().then(
  (started) => {
    app = started;
  },
  (error: Error) => {
    process.stderr.write(`the stores could not start: ${error.stack ?? error.message}\n`);
    process.exit(1);
  },
);
