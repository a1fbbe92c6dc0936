// Shops that apply, for the people who take them in: the list, one with its documents and checks, what an operator says and decides.
import { z } from 'zod';
import { ApplicationFacts, ApplicationStatus } from '../apply/index.ts';
import { ContractTerms, From, Proposal } from './merchants.ts';
import { Before, Instant, ObjectId, Ok, operators, Page, Reason, table } from './shapes.ts';

export const CheckName = z.enum(['account-form', 'account-name', 'sites', 'sanctions']);

export const ApplicationSummary = z.object({
  id: z.string(),
  status: ApplicationStatus,
  name: z.string(),
  legalName: z.string(),
  country: z.string(),
  submittedAt: Instant.nullable(),
  /** Checks that have not passed. */
  openChecks: z.array(z.string()),
  /** The member of staff who brought it in; null: it applied itself. */
  broughtBy: z.string().nullable(),
});
export type ApplicationSummary = z.infer<typeof ApplicationSummary>;

export const ApplicationDetail = ApplicationSummary.extend({
  facts: ApplicationFacts,
  message: z.string(),
  documents: z.array(
    z.object({ id: z.string(), name: z.string(), mediaType: z.string(), bytes: z.number() }),
  ),
  checks: z.array(
    z.object({
      name: z.string(),
      result: z.enum(['waiting', 'passed', 'failed', 'by-hand']),
      detail: z.string(),
      checkedAt: Instant,
      saidBy: z.string().nullable(),
    }),
  ),
  waiting: z.array(Proposal),
  /** Once it is a merchant: its id here, its keys, its first signed call, its day. */
  clientId: z.string().nullable(),
  keyVersions: z.number(),
  testCall: z.object({
    passedAt: Instant.nullable(),
    failedAt: Instant.nullable(),
    finding: z.string(),
  }),
  liveFrom: Instant.nullable(),
});
export type ApplicationDetail = z.infer<typeof ApplicationDetail>;

/** The applicant's own account and currencies count where nothing else is said; calendar and zone are always said. */
export const FirstTerms = ContractTerms.partial().required({ calendar: true, timeZone: true });

export const consoleDocumentPath = '/api/console/applications/:id/documents/:documentId';

export const applicationOperations = table({
  applications: {
    method: 'GET',
    path: '/api/console/applications',
    roles: operators,
    query: z.object({ ...Page, before: Before, status: ApplicationStatus.optional() }),
    answer: z.object({ applications: z.array(ApplicationSummary), before: z.string().nullable() }),
  },
  application: {
    method: 'GET',
    path: '/api/console/applications/:id',
    roles: operators,
    params: ObjectId,
    answer: ApplicationDetail,
  },
  sayCheck: {
    method: 'POST',
    path: '/api/console/applications/:id/check',
    roles: ['maker'],
    params: ObjectId,
    body: z.object({ name: CheckName, passed: z.boolean(), reason: Reason }),
    answer: Ok,
  },
  /** The applicant reads the reason, and may change everything again. */
  askForMore: {
    method: 'POST',
    path: '/api/console/applications/:id/ask',
    roles: ['maker', 'checker'],
    params: ObjectId,
    body: z.object({ reason: Reason }),
    answer: Ok,
  },
  rejectApplication: {
    method: 'POST',
    path: '/api/console/applications/:id/reject',
    roles: ['maker', 'checker'],
    params: ObjectId,
    body: z.object({ reason: Reason }),
    answer: Ok,
  },
  proposeAdmission: {
    method: 'POST',
    path: '/api/console/applications/:id/propose',
    roles: ['maker'],
    params: ObjectId,
    body: z.object({ terms: FirstTerms, reason: Reason }),
    answer: z.object({ id: z.string() }),
  },
  /** From a day to come; without one, from now. Needs a key and a right signed call. */
  goLive: {
    method: 'POST',
    path: '/api/console/merchant/live',
    roles: ['maker', 'checker'],
    body: z.object({ clientId: z.string().min(1).max(64), from: From.optional(), reason: Reason }),
    answer: Ok,
  },
});
