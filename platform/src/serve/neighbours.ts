// What a production server is connected to. No bank speaks to it yet: without one nobody can add a card, and a card
// that is there all the same is never charged, since a bank that cannot be reached is an unknown outcome.
import { asksNobody } from '@tongbao/connector-interface';
import { Rejection } from '../rejection.ts';
import type { SettlementBank } from '../settlement/index.ts';
import type { Outbound } from '../system/index.ts';
import type { BankGateway } from '../wallet/index.ts';

const unreachable = () => Promise.reject(new Error('no bank is connected'));

export const noBank: BankGateway = {
  serves: () => false,
  ...asksNobody,
  ...{ debit: unreachable, credit: unreachable, query: unreachable },
};

/** Merchants' money waits in their batches until there is a bank to pay it out. */
export const noSettlementBank: SettlementBank = {
  accountFor: () => ({ bic: '', number: '', initiation: 'pain.001.001.09' }),
  submit: unreachable,
  documents: async () => [],
  nextDocumentAt: async () => null,
  exchange: unreachable,
  execution: null,
};

/** Hands messages to the operator's SMS service: POST {"phone": "+86…", "text": "…"}; any 2xx answer will do. */
export function smsByHttp(
  outbound: Outbound,
  url: string | null,
): (phone: string, text: string) => Promise<void> {
  return async (phone, text) => {
    if (url === null) throw new Rejection('unavailable', 'no SMS service is configured (TONGBAO_SMS_URL)');
    const answer = await outbound.post({
      url,
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify({ phone, text })),
      timeoutMs: 10_000,
    });
    if (answer.kind === 'failed' || answer.status < 200 || answer.status > 299)
      throw new Rejection('unavailable', 'the SMS service did not take the message');
  };
}
