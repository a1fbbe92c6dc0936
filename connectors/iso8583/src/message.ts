// ISO 8583:1987 in ASCII: a message type, bitmaps in hex, and the fields that a debit needs. What is not in the table cannot be
// written, and a message that has it is refused: its length would be a guess.

/** Fields by number, as text; `mti` is the message type, four digits. */
export interface IsoMessage {
  readonly mti: string;
  readonly fields: ReadonlyMap<number, string>;
}

interface Form {
  /** n: digits, filled with zeros on the left; an: text, filled with blanks on the right. */
  readonly kind: 'n' | 'an';
  readonly length: number;
  /** Digits of the length that stands before the content; 0: the length is fixed. */
  readonly prefix: 0 | 2 | 3;
}

const fixed = (kind: Form['kind'], length: number): Form => ({ kind, length, prefix: 0 });
const upTo = (kind: Form['kind'], length: number): Form => ({ kind, length, prefix: length > 99 ? 3 : 2 });

const forms: Readonly<Record<number, Form>> = {
  /** Processing code: 00 takes money from an account, 20 gives some. */
  3: fixed('n', 6),
  4: fixed('n', 12),
  7: fixed('n', 10),
  11: fixed('n', 6),
  12: fixed('n', 6),
  13: fixed('n', 4),
  15: fixed('n', 4),
  32: upTo('n', 11),
  37: fixed('an', 12),
  38: fixed('an', 6),
  39: fixed('an', 2),
  41: fixed('an', 8),
  42: fixed('an', 15),
  44: upTo('an', 25),
  48: upTo('an', 999),
  49: fixed('an', 3),
  63: upTo('an', 999),
  70: fixed('n', 3),
  90: fixed('n', 42),
};

const printableAscii = /^[\x20-\x7e]*$/;

/** Throws for a field that is not in the table or does not fit its form. */
export function writeMessage({ mti, fields }: IsoMessage): Buffer {
  if (!/^\d{4}$/.test(mti)) throw new Error(`${mti} is no message type`);
  const numbers = [...fields.keys()].sort((left, right) => left - right);
  const isLong = numbers.some((number) => number > 64);
  const bits = new Uint8Array(isLong ? 16 : 8);
  const set = (number: number): void => {
    bits[(number - 1) >> 3]! |= 0x80 >> ((number - 1) & 7);
  };
  if (isLong) set(1);
  for (const number of numbers) set(number);
  const content = numbers.map((number) => written(number, fields.get(number)!)).join('');
  return Buffer.from(mti + Buffer.from(bits).toString('hex').toUpperCase() + content, 'latin1');
}

function written(number: number, text: string): string {
  const form = forms[number];
  if (form === undefined) throw new Error(`field ${number} is not written here`);
  const { kind, length, prefix } = form;
  const fits = kind === 'n' ? /^\d*$/.test(text) : printableAscii.test(text);
  if (!fits || text.length > length) throw new Error(`field ${number} is not ${kind} of at most ${length}`);
  if (prefix > 0) return String(text.length).padStart(prefix, '0') + text;
  return kind === 'n' ? text.padStart(length, '0') : text.padEnd(length, ' ');
}

/** Throws for bytes that are no message of this form, whole and with nothing behind it. */
export function readMessage(bytes: Buffer): IsoMessage {
  const text = bytes.toString('latin1');
  let at = 0;
  const take = (length: number, what: string): string => {
    const taken = text.slice(at, at + length);
    if (taken.length < length) throw new Error(`the message ends inside ${what}`);
    at += length;
    return taken;
  };
  const digits = (length: number, what: string): string => {
    const taken = take(length, what);
    if (!/^\d*$/.test(taken)) throw new Error(`${what} has other characters than digits`);
    return taken;
  };
  const mti = digits(4, 'the message type');
  const bitmap = (): Buffer => {
    const hex = take(16, 'a bitmap');
    if (!/^[0-9A-Fa-f]{16}$/.test(hex)) throw new Error('a bitmap is not hex');
    return Buffer.from(hex, 'hex');
  };
  const first = bitmap();
  const bits = (first[0]! & 0x80) === 0 ? first : Buffer.concat([first, bitmap()]);
  const fields = new Map<number, string>();
  for (let number = 2; number <= bits.length * 8; number++) {
    if ((bits[(number - 1) >> 3]! & (0x80 >> ((number - 1) & 7))) === 0) continue;
    const form = forms[number];
    if (form === undefined) throw new Error(`field ${number} is not known here`);
    const name = `field ${number}`;
    const length =
      form.prefix === 0 ? form.length : Number.parseInt(digits(form.prefix, `the length of ${name}`), 10);
    if (length > form.length) throw new Error(`${name} is longer than ${form.length}`);
    fields.set(number, form.kind === 'n' ? digits(length, name) : take(length, name));
  }
  if (at !== text.length) throw new Error(`${text.length - at} bytes stand behind the message`);
  return { mti, fields };
}

/** The type of the answer to a message: 0200 and 0201 are answered by 0210, 0420 and 0421 by 0430, 0800 by 0810. */
export const answerType = (mti: string): string => `${mti.slice(0, 2)}${Number.parseInt(mti[2]!, 10) + 1}0`;
