// A shop applies: it begins with a secret link, saves as it goes, adds documents, submits, hears what is missing, and after its
// approval sends its public key, by the same link. Persons and accounts are sealed; a half-filled application ends by itself.
import { createHash } from 'node:crypto';
import { hashToken } from '../customers/index.ts';
import type { Connection, Transaction } from '../database/index.ts';
import { Rejection } from '../rejection.ts';
import { electronicForm } from '../settlement/index.ts';
import type { Timer } from '../system/index.ts';
import { localDayOf } from '../system/index.ts';
import {
  type ApplicationRow,
  type ApplicationStatus,
  type CheckRow,
  insertApplicationRow,
  insertDocumentRows,
  lockApplicationRow,
  readApplicationPage,
  readChecks,
  readChunks,
  readDocuments,
  readFirstApplicationExpiry,
  removeDocumentRow,
  removeExpiredApplications,
  selectApplication,
  selectByMerchant,
  selectByToken,
  updateApplicationRow,
} from './application-store.ts';
import { beginChecks } from './checks.ts';
import { type Facts, mediaTypeOf, missingOf, mostDocumentBytes, mostDocuments } from './facts.ts';
import type { OnboardingParts } from './parts.ts';
import { readWaitingProposals } from './store.ts';
import type { Fault } from './terms.ts';

export interface Application {
  readonly id: bigint;
  readonly status: ApplicationStatus;
  readonly facts: Facts;
  readonly message: string;
  readonly broughtBy: string | null;
  readonly merchantId: bigint | null;
  readonly documents: readonly { id: bigint; name: string; mediaType: string; bytes: number }[];
  readonly checks: readonly CheckRow[];
  /** What stands in the way of submitting it. */
  readonly missing: readonly Fault[];
  readonly submittedAt: Date | null;
  readonly expiresAt: Date;
}

export interface Applications {
  /** Counted against the network: a stranger cannot fill the database. Rejections: overloaded with retryAt. */
  begin(network: string): Promise<{ token: string; expiresAt: Date }>;
  /** By the secret of its link; null where there is none, or it has ended. */
  findByToken(token: string): Promise<Application | null>;
  /** Everything as it stands now; fields that are not there are empty. Rejections: onboarding-refused. */
  save(id: bigint, facts: Facts): Promise<void>;
  /** PDF, PNG or JPEG by its content. Rejections: onboarding-refused, overloaded with retryAt. */
  addDocument(id: bigint, file: { name: string; bytes: Uint8Array }, network: string): Promise<void>;
  removeDocument(id: bigint, documentId: bigint): Promise<void>;
  /** Answers what is missing; nothing: it is submitted, and its checks begin. Rejections: onboarding-refused. */
  submit(id: bigint): Promise<readonly Fault[]>;
  /** Those that were submitted once, the newest first. */
  page(of: { before: bigint; limit: number; status: ApplicationStatus | null }): Promise<Application[]>;
  /** Rejections: merchant-unknown. */
  get(id: bigint): Promise<Application>;
  ofMerchant(merchantId: bigint): Promise<Application | null>;
  /** Null where there is none. */
  document(
    id: bigint,
    documentId: bigint,
  ): Promise<{ name: string; mediaType: string; bytes: Buffer } | null>;
  /** An operator brings a shop in: everything at once, submitted. Answers its link's secret too. */
  bring(
    tx: Transaction,
    of: { facts: Facts; documents: readonly { name: string; bytes: Uint8Array }[]; operator: string },
  ): Promise<{ id: bigint; token: string }>;
  /** The applicant is told at its link what is wanted, and may change everything again. Rejections: onboarding-refused. */
  askForMore(tx: Transaction, of: { id: bigint; message: string }): Promise<void>;
  /** Rejections: onboarding-refused. */
  reject(tx: Transaction, of: { id: bigint; message: string }): Promise<void>;
  readonly expiry: Timer;
}

const dayMs = 86_400_000;
const lifetimeMs = 30 * dayMs;
const tokenBytes = 32;
const chunkBytes = 256 * 1024;
const longestFacts = 64 * 1024;

const limits = {
  begun: [
    { name: 'applications by network', most: 10 },
    { name: 'applications by all', most: 500 },
  ],
  documents: [
    { name: 'application documents by network', most: 60 },
    { name: 'application documents by all', most: 2_000 },
  ],
} as const;

export function createApplications(parts: OnboardingParts): Applications {
  const { database, clock } = parts;
  const transaction = database.transaction.bind(database);
  const locked = (id: bigint, change: (tx: Transaction, row: ApplicationRow) => Promise<unknown>) =>
    transaction(async (tx) => {
      await change(tx, openFor(await lockApplicationRow(tx, id)));
    });
  return {
    async begin(network) {
      await count(parts, 'begun', network);
      const { token, expiresAt } = await transaction((tx) => begin(parts, tx, null));
      return { token, expiresAt };
    },
    async findByToken(token) {
      const row = await selectByToken(database, hashToken(token));
      const hasEnded = row === undefined || (row.merchant_id === null && row.expires_at <= clock.now());
      return hasEnded ? null : whole(parts, database, row);
    },
    save: (id, facts) =>
      locked(id, (tx, row) => keep(parts, tx, { ...row, facts: sealed(parts, id, facts) })),
    async addDocument(id, file, network) {
      await count(parts, 'documents', network);
      await locked(id, (tx, row) => addDocument(parts, tx, { id: row.id, ...file }));
    },
    removeDocument: (id, documentId) =>
      locked(id, (tx, row) => removeDocumentRow(tx, { id: documentId, applicationId: row.id })),
    submit: (id) => transaction((tx) => submit(parts, tx, id)),
    page: async (of) =>
      Promise.all((await readApplicationPage(database, of)).map((row) => whole(parts, database, row))),
    get: async (id) => whole(parts, database, known(await selectApplication(database, id), id)),
    async ofMerchant(merchantId) {
      const row = await selectByMerchant(database, merchantId);
      return row === undefined ? null : whole(parts, database, row);
    },
    async document(id, documentId) {
      const { documents } = await whole(parts, database, known(await selectApplication(database, id), id));
      const found = documents.find((each) => each.id === documentId);
      if (found === undefined) return null;
      const chunks = await readChunks(database, { id: documentId, applicationId: id });
      const about = aboutDocument(documentId);
      const bytes = Buffer.concat(
        chunks.map((chunk) => Buffer.from(parts.keys.open(chunk, about), 'base64')),
      );
      return { name: found.name, mediaType: found.mediaType, bytes };
    },
    bring: (tx, of) => bring(parts, tx, of),
    askForMore: (tx, { id, message }) => answer(parts, tx, { id, message, status: 'more-wanted' }),
    reject: (tx, { id, message }) => answer(parts, tx, { id, message, status: 'rejected' }),
    expiry: {
      name: 'applications that ended',
      nextDueAt: () => readFirstApplicationExpiry(database),
      run: (now) => transaction((tx) => removeExpiredApplications(tx, now)),
    },
  };
}

const aboutFacts = (id: bigint): string => `application ${id}`;
const aboutDocument = (id: bigint): string => `document ${id}`;
const sealed = ({ keys }: OnboardingParts, id: bigint, facts: Facts): string => {
  const text = JSON.stringify(facts);
  if (text.length > longestFacts) throw refused('what was written is longer than 64 KiB', 'facts');
  return keys.seal(text, aboutFacts(id));
};
export const factsOf = ({ keys }: OnboardingParts, row: ApplicationRow): Facts =>
  JSON.parse(keys.open(row.facts, aboutFacts(row.id)));

const known = (row: ApplicationRow | undefined, id: bigint): ApplicationRow => {
  if (row === undefined) throw new Rejection('merchant-unknown', `there is no application ${id}`);
  return row;
};
/** May still be changed by the applicant. */
function openFor(row: ApplicationRow | undefined): ApplicationRow {
  if (row === undefined) throw refused('this application has ended', 'id');
  if (row.status === 'draft' || row.status === 'more-wanted') return row;
  throw refused('it is submitted: what was said cannot be changed now', 'status');
}

async function count(
  { tally, isSandbox }: OnboardingParts,
  what: keyof typeof limits,
  network: string,
): Promise<void> {
  const [own, all] = limits[what];
  const much = isSandbox ? 1_000 : 1;
  const retryAt = await tally.take([
    { ...own, most: own.most * much, subject: network, windowMs: dayMs },
    { ...all, most: all.most * much, subject: 'all', windowMs: dayMs },
  ]);
  if (retryAt !== null) throw new Rejection('overloaded', 'too much from here today', { retryAt });
}

async function begin(parts: OnboardingParts, tx: Transaction, broughtBy: string | null) {
  const { ids, clock, randomness } = parts;
  const [id, at] = [await ids.one(), clock.now()];
  const token = randomness.bytes(tokenBytes).toString('base64url');
  const expiresAt = new Date(at.getTime() + lifetimeMs);
  const facts = sealed(parts, id, {});
  await insertApplicationRow(tx, { id, tokenHash: hashToken(token), facts, broughtBy, at, expiresAt });
  return { id, token, expiresAt };
}

/** Each change begins the thirty days anew. */
function keep({ clock }: OnboardingParts, tx: Transaction, row: ApplicationRow): Promise<unknown> {
  const changed_at = clock.now();
  const expires_at = new Date(changed_at.getTime() + lifetimeMs);
  return updateApplicationRow(tx, { ...row, changed_at, expires_at });
}

async function addDocument(
  { ids, clock, keys }: OnboardingParts,
  tx: Transaction,
  file: { id: bigint; name: string; bytes: Uint8Array },
): Promise<void> {
  const { id: applicationId, bytes } = file;
  if (bytes.length === 0) throw refused('the file is empty', 'documents');
  if (bytes.length > mostDocumentBytes) throw refused('a document has 5 MiB at most', 'documents');
  const mediaType = mediaTypeOf(bytes);
  if (mediaType === null)
    throw refused('a document is a PDF, a PNG or a JPEG, by what is in it', 'documents');
  if ((await readDocuments(tx, applicationId)).length >= mostDocuments)
    throw refused(`${mostDocuments} documents at most: remove one first`, 'documents');
  const id = await ids.one();
  const chunks: string[] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes)
    chunks.push(
      keys.seal(Buffer.from(bytes.subarray(at, at + chunkBytes)).toString('base64'), aboutDocument(id)),
    );
  const name = keys.seal(file.name.replace(/[^\p{L}\p{N} ._()-]/gu, '_').slice(0, 120), aboutDocument(id));
  const about = { name, media_type: mediaType, bytes: bytes.length, added_at: clock.now() };
  const sha256 = createHash('sha256').update(bytes).digest();
  await insertDocumentRows(tx, { id, applicationId, ...about, sha256, chunks });
}

async function submit(parts: OnboardingParts, tx: Transaction, id: bigint): Promise<readonly Fault[]> {
  const row = openFor(await lockApplicationRow(tx, id));
  const { missing } = await whole(parts, tx, row);
  if (missing.length > 0) return missing;
  const at = parts.clock.now();
  await updateApplicationRow(tx, {
    ...row,
    status: 'submitted',
    message: '',
    submitted_at: at,
    changed_at: at,
  });
  await beginChecks(parts, tx, { id, facts: factsOf(parts, row) });
  return [];
}

async function bring(
  parts: OnboardingParts,
  tx: Transaction,
  of: { facts: Facts; documents: readonly { name: string; bytes: Uint8Array }[]; operator: string },
): Promise<{ id: bigint; token: string }> {
  const { id, token } = await begin(parts, tx, of.operator);
  await keep(parts, tx, {
    ...known(await lockApplicationRow(tx, id), id),
    facts: sealed(parts, id, of.facts),
  });
  for (const file of of.documents) await addDocument(parts, tx, { id, ...file });
  const missing = await submit(parts, tx, id);
  if (missing.length > 0)
    throw refused(missing.map(({ field, message }) => `${field}: ${message}`).join('; '), missing[0]!.field);
  return { id, token };
}

async function answer(
  parts: OnboardingParts,
  tx: Transaction,
  of: { id: bigint; message: string; status: 'more-wanted' | 'rejected' },
): Promise<void> {
  const row = known(await lockApplicationRow(tx, of.id), of.id);
  if (row.status !== 'submitted' && !(row.status === 'more-wanted' && of.status === 'rejected'))
    throw refused(`the application is ${row.status}`, 'status');
  if ((await readWaitingProposals(tx, of.id)).length > 0)
    throw refused('its admission waits for a decision: refuse that first', 'status');
  await keep(parts, tx, { ...row, status: of.status, message: of.message });
}

async function whole(
  parts: OnboardingParts,
  connection: Connection,
  row: ApplicationRow,
): Promise<Application> {
  const facts = factsOf(parts, row);
  const documents = (await readDocuments(connection, row.id)).map(({ id, name, media_type, bytes }) => ({
    ...{ id, name: parts.keys.open(name, aboutDocument(id)), mediaType: media_type, bytes },
  }));
  const today = localDayOf(parts.clock.now(), 'UTC');
  return {
    ...{ id: row.id, status: row.status, facts, message: row.message, broughtBy: row.brought_by },
    ...{ merchantId: row.merchant_id, documents, submittedAt: row.submitted_at, expiresAt: row.expires_at },
    checks: await readChecks(connection, row.id),
    missing: [
      ...missingOf(facts, { documents: documents.length, today }),
      ...accountFaults(parts, facts),
      ...(facts.notifyUrl === undefined || facts.notifyUrl === '' || parts.mayNotify(facts.notifyUrl)
        ? []
        : [{ field: 'notifyUrl', message: 'is no address that may be notified' }]),
    ],
  };
}

/** The account's own form is looked at while it is being typed: an IBAN has check digits. */
function accountFaults({ settlement }: OnboardingParts, { account = {} }: Facts): Fault[] {
  const { holder = '', number = '', bic = '' } = account;
  const typed = { accountNumber: electronicForm(number), bankBic: electronicForm(bic) };
  try {
    settlement.assertAccount({ accountName: holder, ...typed });
    return [];
  } catch (error) {
    if (!(error instanceof Rejection)) throw error;
    const field = error.detail.field === 'bankBic' ? 'account.bic' : 'account.number';
    return [{ field, message: error.message.replace(/^\w+ /, '') }];
  }
}

const refused = (message: string, field: string) => new Rejection('onboarding-refused', message, { field });
