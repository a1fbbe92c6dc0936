// What a shopper does with bank cards: adds one that its bank has confirmed, says which comes first, removes one. What the
// inbox says of it is written in the same transaction.
import type { RegisteredCard } from '@tongbao/connector-interface';
import { insertEventRow } from '../customers/index.ts';
import type { Database } from '../database/index.ts';
import { Rejection } from '../rejection.ts';
import { type Card, cardsAtMost } from './card.ts';
import { insertCardRow, lockCardsOf, selectCards, setDefaultRow, updateCardStatus } from './card-store.ts';
import type { CardClaim } from './issuer.ts';
import type { WalletParts } from './parts.ts';

export interface ClaimCard {
  readonly customerId: bigint;
  /** What the bank's own page answered when it took the number. */
  readonly offer: string;
  readonly holder: { readonly name: string; readonly phone: string };
}

/**
 * Adds the card that a bank's page has taken, once the bank has confirmed its holder. The first card is the default.
 * Rejections: card-too-many, card-expired, card-refused (another's name, blocked, in another wallet), unavailable.
 */
export async function claimCard(
  parts: WalletParts,
  asked: ClaimCard,
): Promise<{ card: Card; reference: string }> {
  const { issuers } = parts;
  if (issuers === undefined) throw new Rejection('unavailable', 'no card bank is connected');
  const claim = confirmed(await issuers.claim({ offer: asked.offer, holder: asked.holder }));
  const { token, last4, currency } = claim;
  const card = await addConfirmedCard(parts, asked.customerId, { ...claim.face, token, last4, currency });
  return { card, reference: claim.reference };
}

/** Adds a card that somebody has confirmed to be the customer's. Rejections: card-too-many, card-refused (in another wallet). */
export async function addConfirmedCard(
  { database, clock, ids }: WalletParts,
  customerId: bigint,
  told: RegisteredCard,
): Promise<Card> {
  const [id, eventId] = (await ids.take(2)) as [bigint, bigint];
  return database.transaction(async (tx) => {
    const former = await lockCardsOf(tx, customerId);
    const same = former.find((each) => each.bank === told.bank && each.token === told.token);
    if (same !== undefined) return same;
    if (former.length >= cardsAtMost) throw new Rejection('card-too-many', `${cardsAtMost} cards at most`);
    const { bank, bankName, last4, kind, currency, token } = told;
    const facts = { id, customerId, bank, bankName, last4, kind, currency, token };
    const added: Card = { ...facts, status: 'active', isDefault: false, addedAt: clock.now() };
    const kept = await insertCardRow(tx, added);
    if (kept === null)
      throw new Rejection('card-refused', 'the card is in another wallet', { field: 'in-use' });
    if (former.length === 0) await setDefaultRow(tx, customerId, kept);
    const event = { id: eventId, customerId, kind: 'card-added', detail: last4 } as const;
    await insertEventRow(tx, { ...event, occurredAt: added.addedAt });
    return (await selectCards(tx, [kept]))[0]!;
  });
}

function confirmed(claim: CardClaim): Extract<CardClaim, { outcome: 'confirmed' }> {
  if (claim.outcome === 'confirmed') return claim;
  if (claim.reason === 'expired')
    throw new Rejection('card-expired', 'the card was typed in too long ago: once more');
  throw new Rejection('card-refused', claim.reason, { field: claim.reason });
}

/** Keeps a card that its bank has made known; the first of a customer is the default. */
export async function keepCard(database: Database, card: Card): Promise<void> {
  await database.transaction(async (tx) => {
    const former = await lockCardsOf(tx, card.customerId);
    const kept = await insertCardRow(tx, card);
    if (kept !== null && former.length === 0) await setDefaultRow(tx, card.customerId, kept);
  });
}

/** Rejections: card-unknown. */
export async function chooseDefaultCard(
  { database }: WalletParts,
  customerId: bigint,
  cardId: bigint,
): Promise<void> {
  await database.transaction(async (tx) => {
    if (!(await setDefaultRow(tx, customerId, cardId)))
      throw new Rejection('card-unknown', 'the customer has no such card');
  });
}

/**
 * Takes a card out of the wallet; bills still name it and refunds still find it. The oldest of the others comes first
 * from then on. Rejections: card-unknown.
 */
export async function removeCard(parts: WalletParts, customerId: bigint, cardId: bigint): Promise<Card> {
  const { database, clock, ids } = parts;
  const eventId = await ids.one();
  return database.transaction(async (tx) => {
    const cards = await lockCardsOf(tx, customerId);
    const card = cards.find((each) => each.id === cardId);
    if (card === undefined) throw new Rejection('card-unknown', 'the customer has no such card');
    await updateCardStatus(tx, { customerId, cardId, status: 'removed' });
    const next = cards.find((each) => each.id !== cardId);
    if (card.isDefault && next !== undefined) await setDefaultRow(tx, customerId, next.id);
    const event = { id: eventId, customerId, kind: 'card-removed', detail: card.last4 } as const;
    await insertEventRow(tx, { ...event, occurredAt: clock.now() });
    return card;
  });
}
