// The payer's own view, read as his browser reads it: his balance and every bill. What was charged twice shows here,
// whatever the shop was told.
import type { Credentials } from '@tongbao/protocol/sandbox';
import type { BillPage, BillView, WalletView } from '@tongbao/protocol/wallet';

export interface Wallet {
  /** In fen. */
  readonly balance: bigint;
  /** Since the wallet was opened, newest first. */
  readonly bills: readonly BillView[];
}

const mostPages = 5_000;

/** Of the shopper who pays when `POST /sandbox/pay` names nobody: the first one. */
export async function readWallet(url: string, { customers }: Credentials): Promise<Wallet> {
  const headers = { 'content-type': 'application/json', 'x-tongbao-csrf': '1' };
  const post = (path: string, body: unknown) =>
    fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  const { phone } = customers[0]!;
  const { sandboxCode } = (await (await post('/api/wallet/session/code', { phone })).json()) as {
    sandboxCode: string;
  };
  const signedIn = await post('/api/wallet/session', { phone, code: sandboxCode });
  if (!signedIn.ok) throw new Error(`the shopper could not sign in: ${await signedIn.text()}`);
  const cookie = signedIn.headers.get('set-cookie')!.split(';')[0]!;
  const get = async <T>(path: string): Promise<T> => {
    const answer = await fetch(`${url}${path}`, { headers: { cookie } });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  };
  const bills: BillView[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < mostPages; page++) {
    const query: string = cursor === null ? '' : `?cursor=${encodeURIComponent(cursor)}`;
    const found: BillPage = await get(`/api/wallet/bills${query}`);
    bills.push(...found.bills);
    cursor = found.nextCursor;
    if (cursor === null) break;
  }
  // After the bills: at rest nothing moves in between.
  const { balance } = await get<WalletView>('/api/wallet');
  return { balance: BigInt(balance.value), bills };
}
