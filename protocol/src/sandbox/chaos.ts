// The chaos switch: what the sandbox does to a merchant's notifications on purpose, and the scorecard of what his
// endpoint made of it.
import { z } from 'zod';

const percent = z.number().int().min(0).max(100);

/** How many of a hundred deliveries something happens to. All zero: nothing does. */
export const ChaosSettings = z.strictObject({
  /** Sent a second time as soon as the first has been answered. */
  duplicatePercent: percent,
  /** The first attempt is held back until the next of the timetable, so that later ones overtake it. */
  reorderPercent: percent,
  /** Sent only after `delayMs`. */
  delayPercent: percent,
  /** Milliseconds of the machine's time. */
  delayMs: z.number().int().min(0).max(5_000),
  /** Not sent at all: the attempt counts as failed, the next follows by the timetable. */
  dropPercent: percent,
  /** Before the true one, a copy goes out whose body was changed and whose signature therefore is wrong. */
  tamperPercent: percent,
});
export type ChaosSettings = z.infer<typeof ChaosSettings>;

export const SetChaos = ChaosSettings.partial().extend({ clientId: z.string().max(64) });
/** How the merchant may sign requests to the classic gateway from now on. */
export const SetSignTypes = z.strictObject({
  clientId: z.string().max(64),
  signTypes: z
    .array(z.enum(['MD5', 'RSA', 'RSA2']))
    .min(1)
    .max(3),
});
export const ChaosQuery = z.strictObject({ clientId: z.string().max(64) });

/** `open`: not yet observed, and the explanation says how it could be. */
const Grade = z.enum(['pass', 'fail', 'open']);
const ScorecardRow = z.object({
  check: z.string(),
  grade: Grade,
  observed: z.number().int(),
  failed: z.number().int(),
  explanation: z.string(),
});
export const Scorecard = z.object({
  clientId: z.string(),
  /** `pass` once every row passes; `fail` as soon as one does. */
  grade: Grade,
  rows: z.array(ScorecardRow),
});
export type Scorecard = z.infer<typeof Scorecard>;
export type ScorecardRow = z.infer<typeof ScorecardRow>;

/** What of a notification's URL is signed for the merchant from now on. */
export const SetNotificationTarget = z.strictObject({
  clientId: z.string().max(64),
  target: z.enum(['path', 'path-and-query']),
});
