// Runs the rows one after the other against an open shop.
import type { OpenShop, ShopDriver } from './driver.ts';
import { Network } from './network.ts';
import { Relay } from './relay.ts';
import type { HowMuch, Row } from './row.ts';
import { race } from './row-race.ts';
import { notificationRows } from './rows-notifications.ts';
import { refundRows } from './rows-refunds.ts';
import { shopperRows } from './rows-shoppers.ts';
import { Stage, Wrong } from './stage.ts';

export const rows: readonly Row[] = [race, ...notificationRows, ...shopperRows, ...refundRows];

export interface Result {
  readonly name: string;
  readonly title: string;
  readonly ok: boolean;
  /** What was done, or what was wrong. */
  readonly said: string;
  readonly seconds: number;
  /** For a red row only. */
  readonly why?: string;
  readonly remedy?: string;
}

export interface Report {
  readonly shop: string;
  readonly results: readonly Result[];
}

const currencies = ['KRW', 'JPY', 'GBP'] as const;
const rowMs = 12 * 60_000;

export interface Run extends HowMuch {
  readonly sandboxUrl: string;
  readonly openShop: OpenShop;
  readonly options: Readonly<Record<string, string>>;
  /** Names of rows; all when empty. */
  readonly only: readonly string[];
  readonly onResult?: (result: Result) => void;
}

/** Rejects when the sandbox or the shop cannot be had; a shop that misbehaves is a red row. */
export async function runKit(run: Run): Promise<Report> {
  const network = await Network.at(run.sandboxUrl);
  const merchants = currencies.map((currency) => ({ currency, ...network.merchantFor(currency) }));
  const relay = new Relay(run.sandboxUrl, network.merchants);
  let shop: ShopDriver | null = null;
  try {
    const gatewayUrl = await relay.open();
    const gatewayPublicKey = relay.publicKey;
    shop = await run.openShop({
      gatewayUrl,
      contracts: merchants.map(({ currency, clientId, merchantPrivateKey }) => ({
        ...{ currency, clientId, merchantPrivateKey, gatewayPublicKey },
      })),
      options: run.options,
    });
    const stage = new Stage(shop, relay, network);
    const results: Result[] = [];
    for (const row of rows) {
      if (run.only.length > 0 && !run.only.includes(row.name)) continue;
      const result = await judge(row, stage, run);
      results.push(result);
      run.onResult?.(result);
    }
    return { shop: shop.name, results };
  } finally {
    await shop?.close();
    await relay.close();
  }
}

async function judge(row: Row, stage: Stage, how: HowMuch): Promise<Result> {
  const began = performance.now();
  const { name, title, why, remedy } = row;
  const seconds = () => Math.round((performance.now() - began) / 100) / 10;
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Wrong(`not finished within ${rowMs / 1000} s`)), rowMs);
  });
  try {
    await stage.network.restIfTired(20);
    const said = await Promise.race([row.run(stage, how), tooLong]);
    return { name, title, ok: true, said, seconds: seconds() };
  } catch (error) {
    const told =
      error instanceof Wrong ? error.message : `the shop, or its driver, failed: ${(error as Error).message}`;
    return { name, title, ok: false, said: told, seconds: seconds(), why, remedy };
  } finally {
    clearTimeout(timer);
  }
}
