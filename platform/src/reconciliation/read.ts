// A file of a bank, whatever its format: XML is a camt message, a text with :20: an MT940 or MT942, anything else CSV.
import { camtSteps } from './camt.ts';
import { type CsvAbout, readStatementCsv } from './csv.ts';
import type { CsvProfile } from './csv-profile.ts';
import { StatementUnreadable } from './fields.ts';
import { mt940Steps } from './mt940.ts';
import type { Statement } from './statement.ts';
import { inSteps } from './steps.ts';

export type StatementFormat = 'camt' | 'mt940' | 'csv';

export interface FileAbout {
  /** Null: the content decides. */
  readonly format: StatementFormat | null;
  /** The encoding that the sender named; null: a byte order mark, the file's own declaration, or its bytes decide. */
  readonly encoding: string | null;
  /** For CSV, which names none of these. */
  readonly csv: Partial<CsvAbout> & { readonly profile?: CsvProfile | undefined };
}

/** Every statement of the file, or StatementUnreadable: of a file with a mistake nothing is taken. */
export async function readStatements(bytes: Uint8Array, about: FileAbout): Promise<Statement[]> {
  const format = about.format ?? formatOf(bytes);
  if (format === 'camt') return inSteps(camtSteps(bytes, about.encoding));
  if (format === 'mt940') return inSteps(mt940Steps(bytes, about.encoding));
  const { account, statementId, currency, fromDay, toDay, profile } = about.csv;
  const stated = currency ?? profile?.currency;
  const named = { account, statementId, currency: stated };
  const missing = Object.entries(named).flatMap(([name, value]) => (value === undefined ? [name] : []));
  if (account === undefined || statementId === undefined || stated === undefined)
    throw new StatementUnreadable(`a CSV does not say what it is about: name its ${missing.join(', ')}`);
  const of = { account, statementId, currency: stated, fromDay, toDay };
  return [await readStatementCsv(bytes, of, { profile, said: about.encoding })];
}

function formatOf(bytes: Uint8Array): StatementFormat {
  // Enough to see the first characters in any encoding that these formats come in.
  const head = Buffer.from(bytes.subarray(0, 4096)).toString('latin1').replaceAll('\0', '');
  const begin = head.replace(/^(\xef\xbb\xbf|\xff\xfe|\xfe\xff)/, '').trimStart();
  if (begin.startsWith('<')) return 'camt';
  if (begin.startsWith('{1:') || /^:20:/m.test(begin)) return 'mt940';
  return 'csv';
}
