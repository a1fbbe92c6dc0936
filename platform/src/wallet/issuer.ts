// What the wallet needs of the banks that issue cards: to tell a card by its first digits, and to have the bank say whose
// the card is that its own page has taken the number of. The number itself never comes here. Where banks have no page, the number
// is typed into the wallet instead (check-card.ts).
import type { CardFace } from '@tongbao/connector-interface';

export type { CardFace };

export type CardClaim =
  | {
      readonly outcome: 'confirmed';
      readonly face: Omit<CardFace, 'digits'>;
      readonly token: string;
      readonly last4: string;
      readonly currency: string;
      /** What the bank knows its answer by. */
      readonly reference: string;
    }
  /** expired: the offer is unknown, was used, or is too old. */
  | { readonly outcome: 'refused'; readonly reason: 'expired' | 'holder-differs' | 'card-blocked' };

export interface CardIssuers {
  /** By six to nineteen digits; null when no bank of the network has them. */
  identify(digits: string): CardFace | null;
  /** Whether the card that the bank's page took is this holder's; used once. Throws when a bank cannot be asked. */
  claim(asked: { offer: string; holder: { name: string; phone: string } }): Promise<CardClaim>;
}
