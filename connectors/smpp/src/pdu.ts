// The messages of SMPP 3.4 that a session needs, as bytes and back. What is malformed is refused: its length would be a guess.

export const commands = {
  genericNack: 0x80000000,
  submitSm: 0x00000004,
  submitSmResp: 0x80000004,
  deliverSm: 0x00000005,
  deliverSmResp: 0x80000005,
  unbind: 0x00000006,
  unbindResp: 0x80000006,
  bindTransceiver: 0x00000009,
  bindTransceiverResp: 0x80000009,
  enquireLink: 0x00000015,
  enquireLinkResp: 0x80000015,
} as const;

export interface Pdu {
  readonly command: number;
  readonly status: number;
  readonly sequence: number;
  readonly body: Buffer;
}

const headerBytes = 16;
const maxBytes = 16_384;

export const isResponse = (command: number): boolean => command >= 0x80000000;

export function writePdu({ command, status, sequence, body }: Pdu): Buffer {
  const header = Buffer.alloc(headerBytes);
  header.writeUInt32BE(headerBytes + body.length, 0);
  header.writeUInt32BE(command, 4);
  header.writeUInt32BE(status, 8);
  header.writeUInt32BE(sequence, 12);
  return Buffer.concat([header, body]);
}

/** The first message of a stream, and how long it is; null until it is whole. Throws for a length that none has. */
export function readPdu(stream: Buffer): { pdu: Pdu; length: number } | null {
  if (stream.length < 4) return null;
  const length = stream.readUInt32BE(0);
  if (length < headerBytes || length > maxBytes) throw new Error(`a message of ${length} bytes`);
  if (stream.length < length) return null;
  return {
    length,
    pdu: {
      command: stream.readUInt32BE(4),
      status: stream.readUInt32BE(8),
      sequence: stream.readUInt32BE(12),
      body: stream.subarray(headerBytes, length),
    },
  };
}

/** A text that ends with a zero, at most `max` octets with it. Throws when it does not fit. */
export function octetString(text: string, max: number): Buffer {
  const octets = Buffer.from(text, 'latin1');
  if (octets.length >= max || octets.includes(0)) throw new Error(`a text longer than ${max - 1} octets`);
  return Buffer.concat([octets, Buffer.from([0])]);
}

export interface Bind {
  readonly systemId: string;
  readonly password: string;
}

export const bindBody = ({ systemId, password }: Bind): Buffer =>
  Buffer.concat([
    octetString(systemId, 16),
    octetString(password, 9),
    octetString('', 13),
    // Version 3.4; no addresses of our own.
    Buffer.from([0x34, 0, 0, 0]),
  ]);

export interface Submit {
  /** As whom the message appears: digits, or a word of at most eleven letters. */
  readonly sender: string;
  /** Digits, international. */
  readonly to: string;
  readonly dataCoding: number;
  readonly hasHeader: boolean;
  readonly wantsReceipt: boolean;
  /** 0–65535: the same for all attempts at a message. */
  readonly userReference: number;
  readonly octets: Buffer;
}

const kindOf = (sender: string): [ton: number, npi: number] =>
  sender === '' ? [0, 0] : /^\d{1,6}$/.test(sender) ? [3, 0] : /^\d+$/.test(sender) ? [1, 1] : [5, 0];

const tagUserReference = 0x0204;

export function submitBody(of: Submit): Buffer {
  const userReference = Buffer.alloc(6);
  userReference.writeUInt16BE(tagUserReference, 0);
  userReference.writeUInt16BE(2, 2);
  userReference.writeUInt16BE(of.userReference, 4);
  return Buffer.concat([
    octetString('', 6),
    Buffer.from(kindOf(of.sender)),
    octetString(of.sender, 21),
    Buffer.from([1, 1]),
    octetString(of.to, 21),
    // esm_class: a header is in front; protocol id, priority.
    Buffer.from([of.hasHeader ? 0x40 : 0, 0, 0]),
    octetString('', 1),
    octetString('', 1),
    Buffer.from([of.wantsReceipt ? 1 : 0, 0, of.dataCoding, 0, of.octets.length]),
    of.octets,
    userReference,
  ]);
}

/** The message id of an answer to a submit; empty where there is none. Throws for one that does not end. */
export const messageIdOf = (body: Buffer): string => (body.length === 0 ? '' : reader(body).text());

export interface Delivered {
  readonly isReceipt: boolean;
  readonly text: string;
  /** receipted_message_id, where it is given. */
  readonly receiptedId: string | null;
}

const tagReceiptedId = 0x001e;

/** Throws for a message that ends inside a field. */
export function readDeliver(body: Buffer): Delivered {
  const read = reader(body);
  read.text();
  read.skip(2);
  read.text();
  read.skip(2);
  read.text();
  const esmClass = read.octet();
  read.skip(2);
  read.text();
  read.text();
  read.skip(4);
  const text = read.take(read.octet()).toString('latin1');
  let receiptedId: string | null = null;
  while (read.left() >= 4) {
    const tag = read.take(2).readUInt16BE();
    const value = read.take(read.take(2).readUInt16BE());
    if (tag === tagReceiptedId) receiptedId = value.toString('latin1').replace(/\0$/, '');
  }
  return { isReceipt: (esmClass & 0x3c) === 0x04, text, receiptedId };
}

function reader(body: Buffer) {
  let at = 0;
  const take = (length: number): Buffer => {
    if (at + length > body.length) throw new Error('a message that ends inside a field');
    at += length;
    return body.subarray(at - length, at);
  };
  return {
    take,
    skip: (length: number): void => void take(length),
    octet: (): number => take(1)[0]!,
    left: (): number => body.length - at,
    text(): string {
      const end = body.indexOf(0, at);
      if (end === -1) throw new Error('a text without an end');
      return take(end - at + 1)
        .subarray(0, -1)
        .toString('latin1');
    },
  };
}
