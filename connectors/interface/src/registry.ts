// What Tongbao asks of whoever knows people and cards: whether a name, a resident number and a phone are one person's, whose a
// card is, and what to call the card from then on. The number of a card goes in and never comes out.

/** What is held against the registry; a card has all four. */
export type RegistryElement = 'name' | 'resident-id' | 'phone' | 'card-number';

export interface PersonQuestion {
  /** 8–64 characters. The same id again is the same question: it is answered as before, and counted once. */
  readonly requestId: string;
  readonly name: string;
  readonly residentId: string;
  /** E.164. Null: name and number alone are held against the registry. */
  readonly phone: string | null;
}

/** `wrong`: which elements are not the person's; empty where the registry does not say. */
export interface NoMatch {
  readonly outcome: 'no-match';
  readonly reference: string;
  readonly wrong: readonly RegistryElement[];
}

export type PersonAnswer =
  | {
      readonly outcome: 'match';
      /** Who has confirmed it, and what each knows its answer by; one to five. A name is its owner's for ever. */
      readonly sources: readonly { readonly source: string; readonly reference: string }[];
    }
  | NoMatch;

/** What the first digits of a number say. */
export interface CardFace {
  /** The bank's code: names its clearing account and whom the gateway asks. */
  readonly bank: string;
  readonly bankName: { readonly zh: string; readonly en: string };
  readonly kind: 'debit' | 'credit';
  /** How many digits the whole number has. */
  readonly digits: number;
}

export interface CardQuestion extends PersonQuestion {
  /** The one that the bank knows: a card may have another phone than the wallet. */
  readonly phone: string;
  /** Twelve to nineteen digits, right by Luhn. Kept nowhere, and in no error's words. */
  readonly cardNumber: string;
}

export interface RegisteredCard extends Omit<CardFace, 'digits'> {
  /** What the bank or the switch knows the card by: 1–64 printable characters, the same one for a number for ever. */
  readonly token: string;
  readonly last4: string;
  readonly currency: string;
}

export type CardAnswer =
  | { readonly outcome: 'match'; readonly reference: string; readonly card: RegisteredCard }
  /** The elements are right, and a code is on its way to the card's phone: `confirmCard` with it. */
  | { readonly outcome: 'code-sent'; readonly reference: string; readonly expiresAt: Date }
  | NoMatch
  | {
      readonly outcome: 'refused';
      readonly reference: string;
      readonly reason: 'card-blocked' | 'bank-not-served';
    };

export type CodeAnswer =
  | CardAnswer
  | { readonly outcome: 'wrong-code'; readonly reference: string; readonly attemptsLeft: number }
  /** Too late, or too many wrong codes: the card is asked about anew. */
  | { readonly outcome: 'code-expired'; readonly reference: string };

/**
 * A call that throws leaves the answer **unknown**, never a no: it is made again under the same id. Another question under an id
 * that was used throws too. Whoever calls has no transaction open.
 */
export interface Registry {
  checkPerson(question: PersonQuestion): Promise<PersonAnswer>;
  /** By the first six to eight digits; null when no bank that is served has them. */
  cardFace(digits: string): Promise<CardFace | null>;
  checkCard(question: CardQuestion): Promise<CardAnswer>;
  /** `requestId` is the one of `checkCard`. The right code again is answered as before. */
  confirmCard(code: { readonly requestId: string; readonly code: string }): Promise<CodeAnswer>;
}
