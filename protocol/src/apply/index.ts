// How a shop applies, as data: begin, save, add documents, submit, and once it is approved, send the public key and see the first
// signed call. The secret of the application's link goes with each request in a header, never in an address.
import { z } from 'zod';

/** Carries the secret of the application's link. */
export const applicationHeader = 'x-tongbao-application';

const Text = (most: number) => z.string().max(most).optional();

/** Everything may be missing while it is being filled in. */
export const ApplicationFacts = z.strictObject({
  company: z
    .strictObject({
      legalName: Text(200),
      displayName: Text(64),
      country: Text(2),
      registrationNumber: Text(100),
      address: Text(500),
    })
    .optional(),
  owners: z
    .array(z.strictObject({ name: Text(200), birthDate: Text(10), share: z.number().int().optional() }))
    .max(20)
    .optional(),
  account: z.strictObject({ holder: Text(140), number: Text(64), bic: Text(16) }).optional(),
  sites: z.array(z.string().max(2_048)).max(10).optional(),
  settlementCurrency: Text(3),
  paymentCurrencies: z.array(z.string().max(3)).max(20).optional(),
  monthlyVolume: Text(200),
  contact: z.strictObject({ name: Text(200), email: Text(320), phone: Text(40) }).optional(),
  notifyUrl: Text(2_048),
});
export type ApplicationFacts = z.infer<typeof ApplicationFacts>;

export const ApplicationStatus = z.enum(['draft', 'submitted', 'more-wanted', 'approved', 'rejected']);

const Missing = z.object({ field: z.string(), message: z.string() });
const DocumentView = z.object({ id: z.string(), name: z.string(), mediaType: z.string(), bytes: z.number() });

/** What an approved applicant needs, and how far it is. */
export const Joining = z.object({
  clientId: z.string(),
  partner: z.string(),
  /** Where its server calls, and the key that signs what it gets (bare base64). */
  gatewayUrl: z.string(),
  gatewayPublicKey: z.string(),
  keyVersions: z.number(),
  testCall: z.object({
    passedAt: z.string().nullable(),
    failedAt: z.string().nullable(),
    finding: z.string(),
  }),
  liveFrom: z.string().nullable(),
});

export const ApplicationView = z.object({
  status: ApplicationStatus,
  facts: ApplicationFacts,
  documents: z.array(DocumentView),
  /** What stands in the way of submitting it, field by field. */
  missing: z.array(Missing),
  /** What staff says. */
  message: z.string(),
  expiresAt: z.string(),
  joining: Joining.nullable(),
});
export type ApplicationView = z.infer<typeof ApplicationView>;

export const applyOperations = {
  begin: {
    method: 'POST',
    path: '/api/apply',
    body: z.strictObject({}),
    answer: z.object({ token: z.string(), link: z.string(), expiresAt: z.string() }),
  },
  read: { method: 'GET', path: '/api/apply/mine', answer: ApplicationView },
  save: {
    method: 'POST',
    path: '/api/apply/mine',
    body: z.strictObject({ facts: ApplicationFacts }),
    answer: ApplicationView,
  },
  /** The file as it is, `?name=…`; PDF, PNG or JPEG by its content, 5 MiB at most. */
  addDocument: {
    method: 'POST',
    path: '/api/apply/mine/documents',
    query: z.object({ name: z.string().min(1).max(200) }),
    answer: ApplicationView,
  },
  removeDocument: {
    method: 'POST',
    path: '/api/apply/mine/documents/remove',
    body: z.strictObject({ id: z.string().regex(/^\d{1,18}$/) }),
    answer: ApplicationView,
  },
  /** Submitted, or `missing` says what stands in the way. */
  submit: {
    method: 'POST',
    path: '/api/apply/mine/submit',
    body: z.strictObject({}),
    answer: ApplicationView,
  },
  /** The public key alone, PEM or base64. */
  sendKey: {
    method: 'POST',
    path: '/api/apply/mine/key',
    body: z.strictObject({ publicKey: z.string().max(20_000) }),
    answer: z.object({ version: z.number(), fingerprint: z.string() }),
  },
} as const;
