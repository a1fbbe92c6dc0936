// Shoppers as browsers: sign-in by code, the cashier, the wallet. A session that has ended is renewed.
import { type Answer, answer } from './answers.ts';
import { shoppers } from './cast.ts';
import type { Entrance, Process } from './network.ts';

export interface ShopperClient {
  /** Signs in unless signed in; so that what is asked next is one call. */
  ready(shopper: number): Promise<void>;
  look(url: string, shopper: number | null): Promise<Answer>;
  /** `shown`: what the page shows to pay, fen. */
  confirm(of: {
    url: string;
    shopper: number;
    card: number | null;
    pin: string;
    shown: bigint | null;
  }): Promise<Answer>;
  decline(url: string, shopper: number): Promise<Answer>;
  /** `balance` and `available`, fen. */
  wallet(shopper: number): Promise<Answer>;
  topUp(of: {
    requestId: string;
    shopper: number;
    card: number;
    amount: bigint;
    pin: string;
  }): Promise<Answer>;
  viewTopUp(shopper: number, topUpId: string): Promise<Answer>;
  /** The same shoppers, asking another process; who is signed in stays so. */
  through(process: Process): ShopperClient;
}

interface Response {
  readonly statusCode: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

// biome-ignore lint/suspicious/noExplicitAny: answers of many shapes are read by their documented fields.
type Json = any;

const ownPage = { 'x-tongbao-csrf': '1', 'content-type': 'application/json' };

/** What browsers keep. */
interface Browsers {
  readonly cookies: (string | null)[];
  readonly cards: (readonly { cardId: string; last4: string }[])[];
  calls: number;
}

export const createShopperClient = (entrance: Entrance): ShopperClient =>
  clientOver(entrance, { cookies: shoppers.map(() => null), cards: shoppers.map(() => []), calls: 0 });

function clientOver(entrance: Entrance, browsers: Browsers): ShopperClient {
  const { cookies, cards } = browsers;
  async function send(method: 'GET' | 'POST', url: string, of: { body?: object; cookie?: string | null }) {
    // Every call from an address of its own: limits by address follow the machine's clock, not the simulated one.
    const calls = ++browsers.calls;
    const response = await entrance.process.app.inject({
      method,
      url,
      remoteAddress: `10.${(calls >> 16) & 255}.${(calls >> 8) & 255}.${calls & 255}`,
      headers: {
        ...(method === 'POST' ? ownPage : {}),
        ...(of.cookie == null ? {} : { cookie: of.cookie }),
      },
      ...(of.body === undefined ? {} : { payload: JSON.stringify(of.body) }),
    });
    return entrance.process.database.isDead ? null : (response as Response);
  }

  async function signIn(shopper: number): Promise<void> {
    const { phone } = shoppers[shopper]!;
    const sent = await send('POST', '/api/wallet/session/code', { body: { phone } });
    const { sandboxCode } = JSON.parse(sent!.body) as { sandboxCode?: string };
    if (sandboxCode === undefined) throw new Error(`no code for ${phone}: ${sent!.body}`);
    const session = await send('POST', '/api/wallet/session', { body: { phone, code: sandboxCode } });
    if (session!.statusCode !== 200) throw new Error(`${phone} could not sign in: ${session!.body}`);
    cookies[shopper] = String(session!.headers['set-cookie']).split(';')[0]!;
    cards[shopper] = (JSON.parse(session!.body) as Json).cards;
  }

  async function ready(shopper: number): Promise<void> {
    if (cookies[shopper] !== null) {
      const known = await send('GET', '/api/wallet', { cookie: cookies[shopper] ?? null });
      if (known?.statusCode === 200) return;
    }
    await signIn(shopper);
  }

  const cashier = (url: string): string =>
    `/api/cashier/payments/${/\/cashier\/([^/?#]+)/.exec(url)?.[1] ?? 'none'}`;
  const cookieOf = (shopper: number | null): string | null =>
    shopper === null ? null : (cookies[shopper] ?? null);
  return {
    ready,
    look: async (url, shopper) =>
      cashierAnswer(await send('GET', cashier(url), { cookie: cookieOf(shopper) })),
    confirm: async ({ url, shopper, card, pin, shown }) => {
      const last4 = card === null ? null : shoppers[shopper]!.cards[card]!.last4;
      const cardId = cards[shopper]!.find((each) => each.last4 === last4)?.cardId ?? '0';
      const method = last4 === null ? { kind: 'balance' } : { kind: 'card', cardId };
      const payerAmount = shown === null ? {} : { payerAmount: { currency: 'CNY', value: shown.toString() } };
      const body = { method, pin, ...payerAmount };
      return cashierAnswer(
        await send('POST', `${cashier(url)}/authorizations`, { body, cookie: cookieOf(shopper) }),
      );
    },
    decline: async (url, shopper) =>
      cashierAnswer(await send('POST', `${cashier(url)}/decline`, { body: {}, cookie: cookieOf(shopper) })),
    wallet: async (shopper) => walletAnswer(await send('GET', '/api/wallet', { cookie: cookieOf(shopper) })),
    topUp: async ({ requestId, shopper, card, amount, pin }) => {
      const { last4 } = shoppers[shopper]!.cards[card]!;
      const cardId = cards[shopper]!.find((each) => each.last4 === last4)?.cardId ?? '0';
      const body = { requestId, cardId, pin, amount: { currency: 'CNY', value: amount.toString() } };
      return topUpAnswer(await send('POST', '/api/wallet/top-ups', { body, cookie: cookieOf(shopper) }));
    },
    viewTopUp: async (shopper, topUpId) =>
      topUpAnswer(await send('GET', `/api/wallet/top-ups/${topUpId}`, { cookie: cookieOf(shopper) })),
    through: (process) => clientOver({ clock: entrance.clock, process }, browsers),
  };
}

function refusalOf(response: Response | null): Answer | null {
  if (response === null) return answer('NO_ANSWER');
  if (response.statusCode === 200) return null;
  return answer((JSON.parse(response.body) as Json).error?.code ?? `HTTP ${response.statusCode}`);
}

function cashierAnswer(response: Response | null): Answer {
  const refused = refusalOf(response);
  if (refused !== null) return refused;
  const view = JSON.parse(response!.body) as Json;
  return answer('VIEW', {
    wireId: view.paymentId,
    status: view.status,
    amount: view.amount.value,
    payerAmount: view.payerAmount.value,
    price: view.rate.price,
    createdAt: String(Date.parse(view.createdAt)),
    expiresAt: String(Date.parse(view.expiresAt)),
    paidAt: view.paidAt === null ? '' : String(Date.parse(view.paidAt)),
  });
}

function walletAnswer(response: Response | null): Answer {
  const refused = refusalOf(response);
  if (refused !== null) return refused;
  const view = JSON.parse(response!.body) as Json;
  return answer('WALLET', { balance: view.balance.value, available: view.available.value });
}

function topUpAnswer(response: Response | null): Answer {
  const refused = refusalOf(response);
  if (refused !== null) return refused;
  const view = JSON.parse(response!.body) as Json;
  return answer('TOP_UP', { topUpId: view.topUpId, status: view.status, amount: view.amount.value });
}
