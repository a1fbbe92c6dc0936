// Adding a card whose number is typed into the wallet: the registry says whose it is and what to call it, a code to the card's
// phone may stand between, and the bank is asked whether it takes the card. The number passes through and is kept nowhere.
import { createHash } from 'node:crypto';
import type { BankRefusal, CodeAnswer, RegisteredCard } from '@tongbao/connector-interface';
import { Rejection } from '../rejection.ts';
import type { Card } from './card.ts';
import type { CardFace } from './issuer.ts';
import { addConfirmedCard } from './keep-cards.ts';
import type { WalletParts } from './parts.ts';

/** What the page calls one try: asked again under it, the registry is not asked twice. */
interface Try {
  readonly customerId: bigint;
  readonly tryId: string;
}

export interface CheckCard extends Try {
  readonly name: string;
  readonly residentId: string;
  /** E.164, the one that the bank knows. */
  readonly phone: string;
  readonly number: string;
}

export type CheckedCard =
  | { readonly kind: 'added'; readonly card: Card; readonly reference: string }
  | { readonly kind: 'code-sent'; readonly expiresAt: Date };

/** A try's name at the registry, and at the switch: nobody has another's. */
const requestIdOf = ({ customerId, tryId }: Try): string =>
  createHash('sha256').update(`${customerId} ${tryId}`).digest('base64url');

/**
 * Has the registry say whose a card is, and adds it. Rejections: card-refused (`field`: the element that is wrong if the registry
 * says so, `card-blocked`, `bank-not-served`, `declined`), card-too-many, unavailable (nothing is known; ask again).
 */
export function checkCard(parts: WalletParts, asked: CheckCard): Promise<CheckedCard> {
  const { name, residentId, phone, number } = asked;
  const requestId = requestIdOf(asked);
  return decided(parts, asked, (registry) =>
    registry.checkCard({ requestId, name, residentId, phone, cardNumber: number }),
  );
}

/** The code that the card's phone was sent. Rejections: those of checkCard, code-wrong, code-expired. */
export function confirmCard(parts: WalletParts, asked: Try & { code: string }): Promise<CheckedCard> {
  const requestId = requestIdOf(asked);
  return decided(parts, asked, (registry) => registry.confirmCard({ requestId, code: asked.code }));
}

async function decided(
  parts: WalletParts,
  of: Try,
  ask: (registry: NonNullable<WalletParts['registry']>) => Promise<CodeAnswer>,
): Promise<CheckedCard> {
  const { registry } = parts;
  if (registry === undefined) throw new Rejection('unavailable', 'no registry of cards is connected');
  const answer = await known(parts, ask(registry));
  switch (answer.outcome) {
    case 'match':
      await assertTaken(parts, of, answer.card);
      return {
        kind: 'added',
        card: await addConfirmedCard(parts, of.customerId, answer.card),
        reference: answer.reference,
      };
    case 'code-sent':
      return { kind: 'code-sent', expiresAt: answer.expiresAt };
    case 'no-match':
      throw refused(answer.wrong[0] ?? 'no-match');
    case 'refused':
      throw refused(answer.reason);
    case 'wrong-code':
      throw new Rejection('code-wrong', 'that is not the code', { attemptsLeft: answer.attemptsLeft });
    case 'code-expired':
      throw new Rejection('code-expired', 'the code is too old: the card has to be typed in once more');
  }
}

const refused = (field: string): Rejection =>
  new Rejection('card-refused', `the card is not taken: ${field}`, { field });

/** The bank has to be one that debits reach, and to say that it takes the card, where it can be asked. */
async function assertTaken(parts: WalletParts, of: Try, card: RegisteredCard): Promise<void> {
  const { bank } = parts;
  if (bank.serves !== undefined && !bank.serves(card.bank, card.currency)) throw refused('bank-not-served');
  if (bank.verify === undefined) return;
  const answer = await known(
    parts,
    bank.verify({
      ...{ bank: card.bank, cardToken: card.token, currency: card.currency },
      reference: `CARD-${requestIdOf(of)}`,
    }),
  );
  if (answer.outcome === 'declined') throw refused(reasons[answer.reason] ?? 'declined');
}

const reasons: Partial<Record<BankRefusal, string>> = {
  'card-blocked': 'card-blocked',
  'card-unknown': 'card-number',
};

/** Where nobody has answered nothing is known, and the shopper asks again. */
async function known<Answer>({ onRegistryFailed }: WalletParts, asked: Promise<Answer>): Promise<Answer> {
  try {
    return await asked;
  } catch (error) {
    onRegistryFailed?.(error);
    throw new Rejection('unavailable', 'the card cannot be checked at the moment; no try was counted');
  }
}

/** What first digits say: the sandbox's banks, or the registry. Rejections: unavailable. */
export async function identifyCard(parts: WalletParts, digits: string): Promise<CardFace | null> {
  if (parts.issuers !== undefined) return parts.issuers.identify(digits);
  return parts.registry === undefined ? null : known(parts, parts.registry.cardFace(digits));
}
