// Writes bank files for tests: camt.052, .053 and .054 in every version and many shapes, and MT940. Its own code, from the
// message definitions; it shares nothing with the readers but the nouns.
import { formatMajor, minorUnits, money } from '@tongbao/money';
import type { Statement, StatementKind, StatementLine } from '../reconciliation/statement.ts';

export interface CamtShape {
  readonly kind: StatementKind;
  /** 2 to 13: camt.053.001.02 to camt.053.001.13. */
  readonly version: number;
  readonly prefix: string;
  readonly newline: string;
  readonly encoding: 'UTF-8' | 'UTF-16LE' | 'UTF-16BE' | 'ISO-8859-1' | 'windows-1252';
  readonly byteOrderMark: boolean;
  readonly opening: 'OPBD' | 'PRCD' | 'ITBD';
  /** FrToDt, or the days of balances. */
  readonly period: boolean;
  /** Zeros before and after the figures. */
  readonly zeros: number;
  readonly dateTimes: boolean;
  readonly account: 'IBAN' | 'Othr';
  /** Words of a person, to see that no character is lost on the way to the end of the file. */
  readonly name: string;
  /** An envelope around the document, as some channels have it. */
  readonly envelope: boolean;
}

export const plainShape: CamtShape = {
  ...{ kind: 'statement', version: 2, prefix: '', newline: '\n', encoding: 'UTF-8', byteOrderMark: false },
  ...{
    opening: 'OPBD',
    period: true,
    zeros: 0,
    dateTimes: false,
    account: 'IBAN',
    name: 'Rückgabe',
    envelope: false,
  },
};

const escaped = (text: string): string =>
  text.replace(/[&<>]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[sign]!);
const absolute = (amount: bigint): bigint => (amount < 0n ? -amount : amount);
const parts: Readonly<Record<StatementKind, readonly [number: string, root: string, part: string]>> = {
  intraday: ['052', 'BkToCstmrAcctRpt', 'Rpt'],
  statement: ['053', 'BkToCstmrStmt', 'Stmt'],
  notification: ['054', 'BkToCstmrDbtCdtNtfctn', 'Ntfctn'],
};

/** An entry as the bank books it: one line, or several in one sum. */
export interface WrittenEntry {
  readonly lines: readonly StatementLine[];
  readonly reversal?: 'own side' | 'repeated side';
  readonly status?: 'BOOK' | 'PDNG' | 'INFO' | 'FUTR';
}

/** A tag of the namespace around texts that are XML already. */
type Tag = (name: string, ...inside: readonly string[]) => string;

export function camtText(
  statements: readonly { statement: Statement; entries: readonly WrittenEntry[] }[],
  shape: CamtShape,
): string {
  const [number, root, part] = parts[shape.kind];
  const p = shape.prefix === '' ? '' : `${shape.prefix}:`;
  const tag: Tag = (name, ...inside) => `<${p}${name}>${inside.join('')}</${p}${name}>`;
  const uri = `urn:iso:std:iso:20022:tech:xsd:camt.${number}.001.${shape.version.toString().padStart(2, '0')}`;
  const header = tag('GrpHdr', tag('MsgId', 'M1'), tag('CreDtTm', '2014-11-18T05:00:00.41+02:00'));
  const body = statements.map((each) => statementText(each, { shape, tag, part }));
  const message = tag(root, header, shape.newline, body.join(shape.newline));
  const xmlns = shape.prefix === '' ? 'xmlns' : `xmlns:${shape.prefix}`;
  const document = `<${p}Document ${xmlns}="${uri}">${shape.newline}${message}</${p}Document>`;
  const declared = shape.encoding.startsWith('UTF-16') ? 'UTF-16' : shape.encoding;
  const around = shape.envelope ? `<Envelope><AppHdr><Fr>BANK</Fr></AppHdr>${document}</Envelope>` : document;
  return `<?xml version="1.0" encoding="${declared}"?>${shape.newline}${around}${shape.newline}`;
}

export const camtFile = (...[statements, shape]: Parameters<typeof camtText>): Buffer =>
  encoded(camtText(statements, shape), shape.encoding, shape.byteOrderMark);

export function encoded(text: string, encoding: CamtShape['encoding'], byteOrderMark: boolean): Buffer {
  if (encoding === 'ISO-8859-1' || encoding === 'windows-1252') return Buffer.from(text, 'latin1');
  const marked = byteOrderMark || encoding.startsWith('UTF-16') ? `\uFEFF${text}` : text;
  if (encoding === 'UTF-8') return Buffer.from(marked, 'utf8');
  const little = Buffer.from(marked, 'utf16le');
  return encoding === 'UTF-16LE' ? little : little.swap16();
}

interface Writing {
  readonly shape: CamtShape;
  readonly tag: Tag;
  readonly part: string;
}

function statementText(
  { statement: s, entries }: { statement: Statement; entries: readonly WrittenEntry[] },
  { shape, tag, part }: Writing,
): string {
  const amountTag = (amount: bigint, currency: string, name = 'Amt') => {
    const open = tag(name, figureOf(amount, currency, shape.zeros));
    return open.replace('>', ` Ccy="${currency}">`);
  };
  const balance = (code: string, amount: bigint, day: string) =>
    tag(
      'Bal',
      tag('Tp', tag('CdOrPrtry', tag('Cd', code))),
      amountTag(amount, s.currency),
      tag('CdtDbtInd', amount < 0n ? 'DBIT' : 'CRDT'),
      tag('Dt', tag('Dt', day)),
    );
  const account =
    shape.account === 'IBAN' ? tag('IBAN', s.account) : tag('Othr', tag('Id', escaped(s.account)));
  const period = tag('FrToDt', tag('FrDtTm', `${s.fromDay}T00:00:00`), tag('ToDtTm', `${s.toDay}T23:59:59`));
  const openingDay = shape.opening === 'PRCD' ? dayBefore(s.fromDay) : s.fromDay;
  return tag(
    part,
    tag('Id', escaped(s.statementId)),
    s.sequence === '' ? '' : tag('ElctrncSeqNb', s.sequence),
    tag('CreDtTm', `${s.toDay}T22:00:00+01:00`),
    shape.period ? period : '',
    tag('Acct', tag('Id', account), tag('Ccy', s.currency), tag('Ownr', tag('Nm', escaped(shape.name)))),
    s.opening === null ? '' : balance(shape.opening, s.opening, openingDay),
    s.closing === null ? '' : balance('CLBD', s.closing, s.toDay),
    s.closing === null ? '' : balance('CLAV', s.closing + 100n, s.toDay),
    shape.newline,
    entries.map((entry) => entryText(entry, { shape, tag, amountTag })).join(shape.newline),
  );
}

function entryText(
  { lines, reversal, status = 'BOOK' }: WrittenEntry,
  {
    shape,
    tag,
    amountTag,
  }: { shape: CamtShape; tag: Tag; amountTag: (amount: bigint, currency: string, name?: string) => string },
): string {
  const [first] = lines as [StatementLine];
  const sum = lines.reduce((all, line) => all + line.amount, 0n);
  const isCredit = reversal === 'repeated side' ? sum < 0n : sum >= 0n;
  const date = (day: string) => (shape.dateTimes ? tag('DtTm', `${day}T10:11:12+01:00`) : tag('Dt', day));
  const side = (credit: boolean) => tag('CdtDbtInd', credit ? 'CRDT' : 'DBIT');
  // Since 001.03 a status has a code in it, and a transaction an amount and a side of its own.
  const newer = shape.version >= 4;
  const turned = reversal === 'repeated side';
  const details = lines.map((line) =>
    tag(
      'TxDtls',
      tag(
        'Refs',
        lines.length > 1 ? tag('AcctSvcrRef', escaped(line.number)) : '',
        line.reference === '' ? '' : tag('EndToEndId', escaped(line.reference)),
      ),
      newer ? amountTag(line.amount, line.currency) + side(line.amount >= 0n !== turned) : '',
      newer ? '' : tag('AmtDtls', tag('TxAmt', amountTag(line.amount, line.currency))),
      line.charge === 0n ? '' : chargeText(line, { tag, amountTag, newer }),
      tag('RltdPties', tag('Dbtr', tag('Nm', escaped(shape.name)))),
    ),
  );
  return tag(
    'Ntry',
    amountTag(sum, first.currency),
    side(isCredit),
    reversal === undefined ? '' : tag('RvslInd', 'true'),
    tag('Sts', newer ? tag('Cd', status) : status),
    tag('BookgDt', date(first.day)),
    tag('ValDt', date(first.day)),
    lines.length > 1 ? tag('AcctSvcrRef', 'BATCH') : tag('AcctSvcrRef', escaped(first.number)),
    tag('BkTxCd', tag('Prtry', tag('Cd', 'N501'))),
    tag('NtryDtls', lines.length > 1 ? tag('Btch', tag('NbOfTxs', `${lines.length}`)) : '', ...details),
  );
}

function chargeText(
  line: StatementLine,
  {
    tag,
    amountTag,
    newer,
  }: { tag: Tag; amountTag: (amount: bigint, currency: string, name?: string) => string; newer: boolean },
): string {
  const record = amountTag(line.charge, line.currency) + tag('CdtDbtInd', 'DBIT');
  return tag('Chrgs', newer ? tag('Rcrd', record) : record);
}

/** With zeros in front and behind, as banks write them. */
function figureOf(amount: bigint, currency: string, zeros: number): string {
  const plain = formatMajor(money(currency, absolute(amount)));
  const pad = '0'.repeat(zeros);
  const behind = zeros === 0 ? '' : minorUnits(currency) === 0 ? `.${pad}` : pad;
  return `${pad}${plain}${behind}`;
}

export function dayBefore(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);
}

export interface Mt940Shape {
  readonly newline: string;
  /** Network blocks around each message. */
  readonly blocks: boolean;
  readonly information: 'german' | 'slashes' | 'free' | 'none';
  readonly fundsCode: boolean;
}

/** An MT940 of a statement; a line's reference goes where the shape puts it. */
export function mt940Text(statements: readonly Statement[], shape: Mt940Shape): string {
  return statements
    .map((s) => {
      const fields = [':20:STARTUMS', `:25:${s.account}`, `:28C:${s.statementId}`];
      fields.push(`:60F:${swiftBalance(s.opening ?? 0n, s.currency, dayBefore(s.fromDay))}`);
      for (const line of s.lines) fields.push(...swiftEntry(line, shape));
      fields.push(`:62F:${swiftBalance(s.closing ?? 0n, s.currency, s.toDay)}`);
      const text = fields.join(shape.newline);
      return shape.blocks
        ? `{1:F01BANKGB2LAXXX0000000000}{2:I940BANKGB2LXXXXN}{4:${shape.newline}${text}${shape.newline}-}`
        : `${text}${shape.newline}-`;
    })
    .join(shape.newline)
    .concat(shape.newline);
}

const swiftDay = (day: string): string => day.slice(2).replaceAll('-', '');
const swiftFigure = (amount: bigint, currency: string): string => {
  const plain = formatMajor(money(currency, absolute(amount))).replace('.', ',');
  return plain.includes(',') ? plain : `${plain},`;
};
const swiftBalance = (amount: bigint, currency: string, day: string): string =>
  `${amount < 0n ? 'D' : 'C'}${swiftDay(day)}${currency}${swiftFigure(amount, currency)}`;

function swiftEntry(line: StatementLine, shape: Mt940Shape): string[] {
  const inTag = line.reference.length <= 16 && line.reference !== '';
  const day = swiftDay(line.day);
  const funds = shape.fundsCode ? line.currency.slice(2) : '';
  const figure = swiftFigure(line.amount, line.currency);
  const reference = shape.information === 'none' && inTag ? line.reference : 'NONREF';
  const entry = `:61:${day}${day.slice(2)}${line.amount < 0n ? 'D' : 'C'}${funds}${figure}NTRF${reference}//${line.number}`;
  if (shape.information === 'none') return [entry];
  return [entry, `:86:${cutAt(informationText(line, shape.information), 65).join(shape.newline)}`];
}

function informationText(line: StatementLine, how: 'german' | 'slashes' | 'free'): string {
  if (how === 'german') {
    const purpose = cutAt(`EREF+${line.reference}SVWZ+Auszahlung`, 27);
    return `166?00GUTSCHRIFT${purpose.map((part, place) => `?${20 + place}${part}`).join('')}?32MUSTER GMBH`;
  }
  if (how === 'slashes') return `/TRTP/SEPA/NAME/MUSTER GMBH/REMI/Payout/EREF/${line.reference}/`;
  return `Payout ${line.reference} of the day`;
}

const cutAt = (text: string, length: number): string[] =>
  text.match(new RegExp(`.{1,${length}}`, 'g')) ?? [''];
