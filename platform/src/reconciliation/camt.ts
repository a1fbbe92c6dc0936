// camt.052, camt.053 and camt.054 by their structure, whatever the version (001.02 and later), prefix or envelope: a
// report, a statement or a notification with its account, balances and entries. Refuses, with the line and the element,
// what it does not understand. Source: the message definitions of ISO 20022 and the usage guides of banks.
import { entryOf, type Transaction, transactionOf } from './camt-entry.ts';
import { balancesOf, day, isTrue, periodOf, refuseAt, required } from './camt-fields.ts';
import { decoded } from './encoding.ts';
import { accountOf, currencyOf, StatementUnreadable, textOf } from './fields.ts';
import { sidesByBalance, type WrittenLine } from './sides.ts';
import type { Statement, StatementKind } from './statement.ts';
import { atOnce, type Steps } from './steps.ts';
import { childAt, readXml, textAt, type XmlElement } from './xml.ts';

const messages: ReadonlyMap<string, readonly [part: string, kind: StatementKind]> = new Map([
  ['BkToCstmrStmt', ['Stmt', 'statement']],
  ['BkToCstmrAcctRpt', ['Rpt', 'intraday']],
  ['BkToCstmrDbtCdtNtfctn', ['Ntfctn', 'notification']],
]);

const mostLines = 250_000;

/** What of a report is read besides its entries; the rest is forgotten as it comes. */
const readParts = new Set(['Id', 'StmtPgntn', 'RptPgntn', 'NtfctnPgntn', 'ElctrncSeqNb', 'LglSeqNb']);
for (const name of ['CreDtTm', 'FrToDt', 'Acct', 'Bal']) readParts.add(name);

/** Reads every statement, report or notification of the file. `said`: its encoding, where the sender named one. */
export const readCamt = (bytes: Uint8Array, said: string | null = null): Statement[] =>
  atOnce(camtSteps(bytes, said));

/** The same in steps. */
export function* camtSteps(bytes: Uint8Array, said: string | null): Steps<Statement[]> {
  const reader = new CamtReader();
  yield* readXml(decoded(bytes, said, 'xml'), (element, around) => reader.onElement(element, around));
  if (reader.statements.length > 0) return reader.statements;
  throw new StatementUnreadable(
    'not a camt.052, camt.053 or camt.054: Stmt is missing (Rpt in a camt.052, Ntfctn in a camt.054)',
  );
}

class CamtReader {
  readonly statements: Statement[] = [];
  #lines: WrittenLine[] = [];
  #transactions: Transaction[] = [];
  #entries = 0;
  #notBooked = 0;
  #allLines = 0;

  onElement(element: XmlElement, around: readonly XmlElement[]): boolean {
    const place = around.findLastIndex((each) => messages.has(each.name));
    const message = around[place];
    if (message === undefined) return false;
    const [part, kind] = messages.get(message.name)!;
    const within = around.slice(place + 1);
    if (within.length === 0 && element.name === part) {
      assertVersion(message);
      this.statements.push(this.#statementOf(element, { kind, message }));
      return true;
    }
    if (within[0]?.name !== part) return false;
    if (within.length === 1) {
      if (element.name === 'Ntry') this.#entry(element);
      return !readParts.has(element.name);
    }
    const inDetails = within.length === 3 && within[1]!.name === 'Ntry' && within[2]!.name === 'NtryDtls';
    if (!inDetails || element.name !== 'TxDtls') return false;
    this.#transactions.push(transactionOf(element, `entry ${this.#entries + 1}`));
    this.#bounded(this.#transactions.length);
    return true;
  }

  #entry(element: XmlElement): void {
    this.#entries += 1;
    const lines = entryOf(element, this.#transactions, `entry ${this.#entries}`);
    if (lines === null) this.#notBooked += 1;
    else for (const line of lines) this.#lines.push(line);
    this.#transactions = [];
    this.#bounded(this.#lines.length);
  }

  #bounded(lines: number): void {
    if (this.#allLines + lines > mostLines)
      throw new StatementUnreadable(`the file has more than ${mostLines} lines`);
  }

  #statementOf(node: XmlElement, of: { kind: StatementKind; message: XmlElement }): Statement {
    const statementId = textOf(required(node, 'Id'), `${node.name} in line ${node.line}, Id`);
    const place = `statement ${statementId}`;
    const account = accountIn(node, place);
    const lines = this.#lines;
    const balances = balancesOf(node, { place, isFinal: of.kind === 'statement' });
    const stated = textAt(node, 'Acct', 'Ccy');
    const currency = balances.currency ?? (stated === '' ? lines[0]?.currency : stated);
    if (currency === undefined)
      return refuseAt(node, place, 'lacks Acct/Ccy, a balance and an entry: no currency');
    const { opening, closing } = balances;
    const created = textAt(node, 'CreDtTm');
    const days = lines.map((line) => line.day);
    const period = periodOf(node, {
      place,
      balances,
      days,
      created: created === '' ? null : day(created, node, place, 'CreDtTm'),
    });
    const notBooked = this.#notBooked;
    this.#allLines += lines.length;
    this.#lines = [];
    this.#entries = 0;
    this.#notBooked = 0;
    return {
      ...{
        kind: of.kind,
        account,
        statementId,
        ...period,
        opening,
        closing,
        notBooked,
      },
      sequence: sequenceOf(node, of.message, place),
      ...(continues(node, of.message, place) ? { continues: true } : {}),
      currency: currencyOf(currency, place),
      lines: sidesByBalance(lines, { currency, opening, closing }),
    };
  }
}

/** Version 001.01 is another message under the same number; later ones are read by their structure. */
function assertVersion(message: XmlElement): void {
  const version = /camt\.05\d\.001\.(\d\d)/.exec(message.namespace)?.[1];
  if (version !== undefined && version < '02')
    throw new StatementUnreadable(
      `line ${message.line}: ${message.namespace} is too old: version 02 and later ones are read`,
    );
}

function accountIn(node: XmlElement, place: string): string {
  const id = childAt(node, 'Acct', 'Id');
  const account = textAt(id, 'IBAN') || textAt(id, 'Othr', 'Id') || textAt(id, 'PrtryAcct', 'Id');
  if (account === '')
    return refuseAt(childAt(node, 'Acct') ?? node, place, 'lacks Acct/Id/IBAN and Acct/Id/Othr/Id');
  return accountOf(account, `${place}, Acct/Id`);
}

const paginations = ['StmtPgntn', 'RptPgntn', 'NtfctnPgntn'];

/** The statement's own pages, else the message's: a statement that is one message a page has those. */
function paginationOf(node: XmlElement, message: XmlElement): XmlElement | undefined {
  const own = paginations.map((name) => childAt(node, name)).find((found) => found !== undefined);
  return own ?? childAt(message, 'GrpHdr', 'MsgPgntn');
}

/** Statements of one id are told apart by their number in the series, and pages of a statement by theirs. */
function sequenceOf(node: XmlElement, message: XmlElement, place: string): string {
  const number = textAt(node, 'ElctrncSeqNb') || textAt(node, 'LglSeqNb');
  const page = textAt(paginationOf(node, message), 'PgNb');
  return textOf(page === '' ? number : `${number}/${page}`, `${place}, sequence number`);
}

function continues(node: XmlElement, message: XmlElement, place: string): boolean {
  const pages = paginationOf(node, message);
  return pages !== undefined && textAt(pages, 'LastPgInd') !== '' && !isTrue(pages, 'LastPgInd', place);
}
