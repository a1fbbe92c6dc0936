// One entry of a camt message becomes lines: one for each transaction of a batch where their amounts add up to the
// entry's, and one for the whole entry where they do not, so that lines always come to what the bank booked.
import {
  type Amount,
  amountIn,
  day,
  isTrue,
  refuseAt,
  type Side,
  sideOf,
  signedAmount,
} from './camt-fields.ts';
import { isBlank, textOf, wordsOf } from './fields.ts';
import type { WrittenLine } from './sides.ts';
import { childAt, childrenAt, textAt, type XmlElement } from './xml.ts';

/** The figures under which a transaction may say what it moved on the account, best first. */
const amountPaths = [
  ['Amt'],
  ['AmtDtls', 'TxAmt', 'Amt'],
  ['AmtDtls', 'CntrValAmt', 'Amt'],
  ['AmtDtls', 'InstdAmt', 'Amt'],
] as const;

export interface Transaction {
  readonly number: string;
  /** End-to-end id, '' or NOTPROVIDED where the bank passed none. */
  readonly reference: string;
  readonly alsoNamed: readonly string[];
  /** Ids of the message or batch that it was sent in. */
  readonly groups: readonly string[];
  /** By amountPaths. */
  readonly amounts: readonly (Amount | null)[];
  /** Null: as the entry. */
  readonly side: Side | null;
  readonly charges: readonly Amount[];
}

export function transactionOf(element: XmlElement, place: string): Transaction {
  const refs = childAt(element, 'Refs');
  const ref = (name: string) => textOf(textAt(refs, name), `${place} (line ${element.line}), Refs/${name}`);
  const remittance = childAt(element, 'RmtInf');
  const structured = childrenAt(remittance, 'Strd').map((each) => textAt(each, 'CdtrRefInf', 'Ref'));
  const free = childrenAt(remittance, 'Ustrd').map((each) => each.text);
  const words = [...free, textAt(element, 'AddtlTxInf')].flatMap(wordsOf);
  return {
    number: ref('AcctSvcrRef'),
    reference: ref('EndToEndId'),
    alsoNamed: unique([ref('InstrId'), ref('TxId'), ref('UETR'), ref('ChqNb'), ...structured, ...words]),
    groups: unique([ref('MsgId'), ref('PmtInfId')]),
    amounts: amountPaths.map((path) => {
      const found = childAt(element, ...path);
      return found === undefined ? null : amountIn(found, place);
    }),
    side: textAt(element, 'CdtDbtInd') === '' ? null : sideOf(element, place),
    charges: chargesIn(element, place),
  };
}

const unique = (texts: readonly string[]): string[] => [...new Set(texts.filter((text) => !isBlank(text)))];

/** Charges as the bank names them: records where it has them, else the total. Negative: given back. */
function chargesIn(element: XmlElement, place: string): Amount[] {
  return childrenAt(element, 'Chrgs').flatMap((charges) => {
    const records = childrenAt(charges, 'Rcrd');
    // In version 001.02 each Chrgs is one charge, with its amount in itself.
    const each = records.length > 0 ? records : [charges];
    return each.flatMap((record) => {
      const found = childAt(record, 'Amt') ?? childAt(record, 'TtlChrgsAndTaxAmt');
      if (found === undefined) return [];
      const { currency, amount } = amountIn(found, `${place}, Chrgs`);
      return [{ currency, amount: textAt(record, 'CdtDbtInd') === 'CRDT' ? -amount : amount }];
    });
  });
}

/** The lines of an entry, or null where the bank has not booked it. */
export function entryOf(
  entry: XmlElement,
  transactions: readonly Transaction[],
  place: string,
): WrittenLine[] | null {
  if (!isBooked(entry, place)) return null;
  const { currency, amount } = signedAmount(entry, place);
  const stated = textAt(entry, 'BookgDt', 'Dt') || textAt(entry, 'BookgDt', 'DtTm');
  const valued = textAt(entry, 'ValDt', 'Dt') || textAt(entry, 'ValDt', 'DtTm');
  if (stated === '' && valued === '') return refuseAt(entry, place, 'lacks BookgDt/Dt and BookgDt/DtTm');
  const number = textAt(entry, 'AcctSvcrRef') || textAt(entry, 'NtryRef') || place;
  const frame: Frame = {
    number: textOf(number, `${place} (line ${entry.line}), AcctSvcrRef`),
    ...{ currency, amount },
    charge: chargeOf(chargesIn(entry, place), currency),
    day: day(stated || valued, entry, place, stated === '' ? 'ValDt' : 'BookgDt'),
    isReversal: isTrue(entry, 'RvslInd', place),
    batches: childrenAt(entry, 'NtryDtls').flatMap((details) =>
      unique([textAt(details, 'Btch', 'MsgId'), textAt(details, 'Btch', 'PmtInfId')]),
    ),
    words: wordsOf(textAt(entry, 'AddtlNtryInf')),
  };
  return splitOf(frame, transactions) ?? [wholeOf(frame, transactions)];
}

/** Sts is a text in old versions, and has a Cd or Prtry in it in newer ones. */
function isBooked(entry: XmlElement, place: string): boolean {
  const status = textAt(entry, 'Sts', 'Cd') || textAt(entry, 'Sts', 'Prtry') || textAt(entry, 'Sts');
  if (status === 'BOOK' || status === '') return true;
  if (['PDNG', 'INFO', 'FUTR'].includes(status)) return false;
  return refuseAt(entry, place, `has Sts "${status.slice(0, 20)}": BOOK, PDNG, INFO and FUTR are known`);
}

type Frame = Pick<WrittenLine, 'number' | 'currency' | 'amount' | 'charge' | 'day' | 'isReversal'> & {
  readonly batches: readonly string[];
  readonly words: readonly string[];
};

/** Charges in another currency than the account's are words: they are not in its amounts. */
const chargeOf = (charges: readonly Amount[], currency: string): bigint =>
  charges.reduce((all, charge) => (charge.currency === currency ? all + charge.amount : all), 0n);

/** A line a transaction, where their amounts are known and add up, with the entry's charges or without; else null. */
function splitOf(frame: Frame, transactions: readonly Transaction[]): WrittenLine[] | null {
  if (transactions.length < 2) return null;
  // All from one source; where none has all, each from the first that it has.
  const each = [...amountPaths.keys()];
  for (const sources of [...each.map((one) => [one]), each]) {
    const amounts = transactions.map((one) => signedBy(frame, one, sources));
    if (amounts.includes(null)) continue;
    const rest = (amounts as bigint[]).reduce((left, amount) => left - amount, frame.amount);
    const charges =
      frame.charge ||
      chargeOf(
        transactions.flatMap((each) => each.charges),
        frame.currency,
      );
    if (rest !== 0n && rest !== -charges) continue;
    const lines = transactions.map((transaction, place) =>
      lineOf(frame, transaction, { place, amount: (amounts as bigint[])[place]!, ownCharge: rest === 0n }),
    );
    if (rest === 0n) return lines;
    const { number, currency, day: on, isReversal } = frame;
    const charge = { number: `${number}/charges`, reference: '', amount: rest, charge: charges };
    return [...lines, { ...charge, currency, day: on, isReversal, parts: [], alsoNamed: [] }];
  }
  return null;
}

/** By the first of the sources that says it in the account's currency. */
function signedBy(frame: Frame, transaction: Transaction, sources: readonly number[]): bigint | null {
  const found = sources
    .map((source) => transaction.amounts[source] ?? null)
    .find((each) => each?.currency === frame.currency);
  if (found === undefined || found === null) return null;
  const isCredit = transaction.side === null ? frame.amount >= 0n : transaction.side === 'CRDT';
  return isCredit ? found.amount : -found.amount;
}

function lineOf(
  frame: Frame,
  transaction: Transaction,
  of: { place: number; amount: bigint; ownCharge: boolean },
): WrittenLine {
  const { currency, day: on, isReversal, number } = frame;
  return {
    ...named(transaction, frame),
    number: transaction.number || `${number}/${of.place + 1}`,
    ...{ currency, day: on, isReversal, amount: of.amount, parts: [] },
    // A charge that the bank names for the whole batch is shown with its first transaction.
    charge: of.ownCharge
      ? chargeOf(transaction.charges, currency) || (of.place === 0 ? frame.charge : 0n)
      : 0n,
  };
}

function wholeOf(frame: Frame, transactions: readonly Transaction[]): WrittenLine {
  const { batches, words, ...line } = frame;
  const [first] = transactions;
  const name =
    first === undefined
      ? { reference: batches[0] ?? '', alsoNamed: unique([...batches.slice(1), ...words]) }
      : named(first, frame);
  const parts = transactions.length > 1 ? unique(transactions.map((each) => each.reference)) : [];
  const own = chargeOf(
    transactions.flatMap((each) => each.charges),
    frame.currency,
  );
  return { ...line, ...name, parts, charge: line.charge || own };
}

/** Its own reference; where it has none, what it was sent in, and what else it names. */
function named(transaction: Transaction, frame: Frame): Pick<WrittenLine, 'reference' | 'alsoNamed'> {
  const { reference, alsoNamed, groups } = transaction;
  if (!isBlank(reference)) return { reference, alsoNamed };
  const also = unique([...frame.batches, ...groups, ...alsoNamed, ...frame.words]);
  const [batch] = frame.batches;
  return { reference: batch ?? reference, alsoNamed: also };
}
