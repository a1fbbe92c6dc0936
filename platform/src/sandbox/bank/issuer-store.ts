// Cards that were typed in on the bank's page, and the offers of them that are out.
import { statement, type Transaction } from '../../database/index.ts';

const issue = statement(
  'sandbox-bank.issue-typed-card',
  `INSERT INTO sandbox_bank.card (token, bank, currency, balance, credit_limit, blocked, last4, kind, step_up, step_up_above)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (token) DO NOTHING`,
);
/** Unless the number was typed in before. */
export const issueCardRow = (
  tx: Transaction,
  card: {
    token: string;
    bank: string;
    currency: string;
    balance: bigint;
    creditLimit: bigint;
    blocked: boolean;
    last4: string;
    kind: 'debit' | 'credit';
    stepUp: { kind: 'one-time-code' | 'redirect'; above: bigint } | null;
  },
): Promise<unknown> =>
  tx.query(issue, [
    card.token,
    card.bank,
    card.currency,
    card.balance,
    card.creditLimit,
    card.blocked,
    card.last4,
    card.kind,
    ...[card.stepUp?.kind ?? null, card.stepUp?.above ?? 0n],
  ]);

const removeOld = statement(
  'sandbox-bank.remove-old-offers',
  `DELETE FROM sandbox_bank.card_offer WHERE offer IN (
     SELECT offer FROM sandbox_bank.card_offer WHERE offered_at < $1::timestamptz - interval '1 hour' LIMIT 100)`,
);
const insert = statement(
  'sandbox-bank.insert-offer',
  'INSERT INTO sandbox_bank.card_offer (offer, card_token, offered_at) VALUES ($1, $2, $3)',
);
export async function insertOffer(
  tx: Transaction,
  of: { offer: string; token: string; offeredAt: Date },
): Promise<void> {
  await tx.query(removeOld, [of.offeredAt]);
  await tx.query(insert, [of.offer, of.token, of.offeredAt]);
}

const take = statement(
  'sandbox-bank.take-offer',
  'DELETE FROM sandbox_bank.card_offer WHERE offer = $1 AND offered_at >= $2 RETURNING card_token',
);
const hold = statement(
  'sandbox-bank.name-holder',
  `UPDATE sandbox_bank.card SET holder_name = coalesce(holder_name, $2), holder_phone = coalesce(holder_phone, $3)
   WHERE token = $1
   RETURNING token, bank, currency, blocked, last4, kind, holder_name`,
);
export interface OfferedCard {
  readonly token: string;
  readonly bank: string;
  readonly currency: string;
  readonly blocked: boolean;
  readonly last4: string;
  readonly kind: 'debit' | 'credit';
  readonly holderName: string;
}
/** The card behind an offer that is as young as `oldest`, once; the first who proves a name is its holder. */
export async function takeOffer(
  tx: Transaction,
  of: { offer: string; oldest: Date; holderName: string; holderPhone: string },
): Promise<OfferedCard | null> {
  const [taken] = await tx.query<{ card_token: string }>(take, [of.offer, of.oldest]);
  if (taken === undefined) return null;
  const [card] = await tx.query<Omit<OfferedCard, 'holderName'> & { holder_name: string }>(hold, [
    taken.card_token,
    of.holderName,
    of.holderPhone,
  ]);
  const { token, bank, currency, blocked, last4, kind, holder_name: holderName } = card!;
  return { token, bank, currency, blocked, last4, kind, holderName };
}
