// The banks' own side of adding a card: their page takes the number and keeps a token of it; the wallet, which shows the
// offer, is told whose the card is. The number is kept nowhere.
import { createHmac } from 'node:crypto';
import type { Database } from '../../database/index.ts';
import { Rejection } from '../../rejection.ts';
import type { Clock, Randomness } from '../../system/index.ts';
import type { CardFace, CardIssuers } from '../../wallet/index.ts';
import { bankNameOf, checkDigitOf, faceOf, passesLuhn } from './card-numbers.ts';
import { insertOffer, issueCardRow, takeOffer } from './issuer-store.ts';

export interface SandboxIssuers extends CardIssuers {
  /**
   * The bank's page: takes a number, issues the card if nobody had it before, and gives an offer that is good for ten
   * minutes and for one use. Rejections: card-refused (no number of these banks; `field` says what is wrong with it).
   */
  offer(number: string): Promise<{ offer: string; face: CardFace; last4: string }>;
  /** A number that nobody has, for trying things out. */
  sampleNumber(bin: string): string;
}

const offerLifetimeMs = 10 * 60_000;

/** A new debit card's account holds CNY 20,000, a credit card may go CNY 10,000 below zero. */
const opening = { debit: { balance: 2_000_000n, limit: 0n }, credit: { balance: 0n, limit: 1_000_000n } };

/** Numbers whose last digits before the check digit are these: an empty account, and a card that its bank has blocked. */
const emptyAccount = '0000';
const blockedCard = '0001';
/** Others, whose bank asks their holder: always, or above CNY 1,000. */
const askingCards: Readonly<Record<string, { kind: 'one-time-code' | 'redirect'; above: bigint }>> = {
  '0002': { kind: 'one-time-code', above: 0n },
  '0003': { kind: 'redirect', above: 0n },
  '0004': { kind: 'one-time-code', above: 100_000n },
  '0005': { kind: 'redirect', above: 100_000n },
};

export function createSandboxIssuers(parts: {
  database: Database;
  clock: Clock;
  randomness: Randomness;
  /** Makes tokens of numbers: the same number has the same token, and nobody else can tell it. */
  secret: Buffer;
}): SandboxIssuers {
  const { database, clock, randomness, secret } = parts;
  const tokenOf = (bank: string, number: string): string =>
    `${bank}-${createHmac('sha256', secret).update(number).digest('base64url').slice(0, 24)}`;
  return {
    identify: faceOf,
    sampleNumber(bin) {
      const digits = faceOf(bin)?.digits ?? 16;
      const free = digits - bin.length - 1;
      const body = `${bin}${Array.from({ length: free }, () => String(randomness.below(10))).join('')}`;
      return body + checkDigitOf(body);
    },
    async offer(typed) {
      const number = typed.normalize('NFKC').replace(/[\s-]/g, '');
      const face = faceOf(number);
      if (face === null) throw new Rejection('card-refused', 'no bank has these digits', { field: 'bank' });
      if (number.length !== face.digits || !passesLuhn(number))
        throw new Rejection('card-refused', 'the number is not right', { field: 'number' });
      const token = tokenOf(face.bank, number);
      const last4 = number.slice(-4);
      const body = number.slice(-5, -1);
      const { balance, limit } = opening[face.kind];
      const offer = randomness.bytes(24).toString('base64url');
      await database.transaction(async (tx) => {
        await issueCardRow(tx, {
          ...{ token, last4, bank: face.bank, kind: face.kind, currency: 'CNY' },
          balance: body === emptyAccount ? 0n : balance,
          creditLimit: body === emptyAccount ? 0n : limit,
          blocked: body === blockedCard,
          stepUp: askingCards[body] ?? null,
        });
        await insertOffer(tx, { offer, token, offeredAt: clock.now() });
      });
      return { offer, face, last4 };
    },
    async claim({ offer, holder }) {
      const oldest = new Date(clock.now().getTime() - offerLifetimeMs);
      const card = await database.transaction((tx) =>
        takeOffer(tx, { offer, oldest, holderName: holder.name, holderPhone: holder.phone }),
      );
      if (card === null) return { outcome: 'refused', reason: 'expired' };
      if (card.blocked) return { outcome: 'refused', reason: 'card-blocked' };
      if (card.holderName !== holder.name) return { outcome: 'refused', reason: 'holder-differs' };
      const { bank, kind, token, last4, currency } = card;
      const face = { bank, bankName: bankNameOf(bank), kind };
      return { outcome: 'confirmed', face, token, last4, currency, reference: offer.slice(0, 16) };
    },
  };
}
