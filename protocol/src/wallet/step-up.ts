// What a card's bank asks the shopper before it charges the card: a code, or a visit to its own page. The same for an order
// and for a top-up. Only who pays sees it.
import { z } from 'zod';
import { Instant } from './shapes.ts';

const asked = {
  /** The bank's name for it: goes back with whatever is said about it. */
  stepUpId: z.string(),
  /** Until then it can be answered; never later than the order's own time. */
  expiresAt: Instant,
  /** The server's clock at the time of this answer; count down against it. */
  now: Instant,
};

export const StepUpView = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('one-time-code'),
    ...asked,
    /** Where the bank has sent it, as the bank shows it. */
    phone: z.string(),
    length: z.number().int(),
    triesLeft: z.number().int(),
    /** When another one can be asked for; null: there is none any more. */
    resendAt: Instant.nullable(),
  }),
  z.object({
    kind: z.literal('redirect'),
    ...asked,
    /** The bank's page. It sends the shopper back here; that they are back says nothing, so ask (`look`). */
    url: z.string(),
  }),
]);
export type StepUpView = z.infer<typeof StepUpView>;

export const StepUpId = z.object({ stepUpId: z.string().min(1).max(64) });
/** The code as typed: digits only. */
export const GiveCode = StepUpId.extend({ code: z.string().regex(/^\d{4,10}$/) });
