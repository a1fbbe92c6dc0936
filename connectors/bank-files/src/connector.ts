// A settlement bank that is spoken to by files: pain.001 to its folder, pain.002, camt.05x, MT940 and MT942 from ours.
import type { BankOfCurrency, SettlementBank, StatementSource } from '@tongbao/connector-interface';
import { xmlText } from './content.ts';
import { createInbox } from './inbox.ts';
import type { Journal } from './journal.ts';
import { handOver } from './outbox.ts';
import type { Place } from './place.ts';

export interface BankFilesParts {
  readonly place: Place;
  readonly journal: Journal;
  /** Absolute paths: where the bank takes from, where it leaves, and where we put what we have read (null: it is removed). */
  readonly folders: { readonly out: string; readonly in: string; readonly done: string | null };
  /** Our accounts at the bank, by currency. */
  readonly accounts: ReadonlyMap<string, BankOfCurrency>;
  readonly now: () => Date;
  readonly random: () => string;
  /** How often the bank's folder is looked at. */
  readonly pollMs: number;
  readonly quietMs: number;
  readonly onFailed: (error: unknown, name: string) => void;
}

export interface BankFiles extends SettlementBank, StatementSource {
  close(): Promise<void>;
}

export function createBankFiles(parts: BankFilesParts): BankFiles {
  const { place, journal, folders, accounts, now, pollMs } = parts;
  const inbox = createInbox({ ...parts, folder: folders.in, done: folders.done });
  let looking: Promise<number> | null = null;
  let lookedAt: number | null = null;

  /** Both kinds of file lie in one folder: whoever asks first looks for both. */
  async function look(): Promise<void> {
    const at = now().getTime();
    if (lookedAt !== null && Math.abs(at - lookedAt) < pollMs && looking === null) return;
    looking ??= inbox.look().finally(() => {
      looking = null;
    });
    try {
      await looking;
    } finally {
      // A place that could not be looked into is not asked again at once.
      lookedAt = at;
    }
  }
  const nextLook = (): Date => new Date(lookedAt === null ? now().getTime() : lookedAt + pollMs);

  return {
    accountFor(currency) {
      const account = accounts.get(currency);
      if (account === undefined)
        throw new Error(`there is no account for ${currency} at the settlement bank`);
      return account;
    },
    submit: ({ messageId, xml }) =>
      handOver({ ...parts, folder: folders.out }, `${messageId}.xml`, Buffer.from(xml)),
    async documents(after, limit) {
      await look();
      const answers = await journal.answers(after, limit);
      return answers.map(({ cursor, kind, bytes }) => ({ cursor, kind, xml: readable(bytes) }));
    },
    nextDocumentAt: async (after) => ((await journal.answers(after, 1)).length > 0 ? now() : nextLook()),
    // Banks have no file for it that all of them take.
    exchange: async () => 'by-hand',
    async waiting(of) {
      await look();
      return journal.statements(of);
    },
    taken: (id) => journal.markTaken(id),
    nextAt: async (except) =>
      (await journal.statements({ except, limit: 1 })).length > 0 ? now() : nextLook(),
    close: () => place.close(),
  };
}

/** Bytes that are no text are told as they are: whoever reads the document says what is wrong with it. */
function readable(bytes: Uint8Array): string {
  try {
    return xmlText(bytes);
  } catch {
    return Buffer.from(bytes).toString('latin1');
  }
}
