// A payment's receipt: proofs that what happened to it is in the audit log. Anybody can check it offline, with the log's
// verifier key alone: `npm run verify -- --receipt FILE --vkey KEY`.
import { z } from 'zod';

export const receiptFormat = 'tongbao-receipt/1';

export const Receipt = z.object({
  format: z.literal(receiptFormat),
  /** 30 digits: the number that shops and shoppers know the payment by. */
  paymentId: z.string(),
  /** The key that checkpoints are signed with now; null while nothing is sealed. Whoever checks takes it from somebody they trust. */
  verifierKey: z.string().nullable(),
  /** Each thing that moved money, oldest first. */
  parts: z.array(
    z.object({
      /** What happened: paid, reversed, refund-funded, refunded, refund-failed. */
      kind: z.string(),
      at: z.iso.datetime(),
      /** The leaf: an event of the payment, or the ledger entry that it made. */
      leaf: z.enum(['event', 'entry']),
      /** C2SP tlog-proof with the leaf's text as `extra`; null until it is sealed, which takes seconds. */
      proof: z.string().nullable(),
    }),
  ),
});
export type Receipt = z.infer<typeof Receipt>;
