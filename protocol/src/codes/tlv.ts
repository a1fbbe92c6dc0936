// The alphabet of EMVCo QR codes: id (two digits), length (two digits, in characters), value; and the checksum at the
// end (EMV QRCPS Merchant-Presented Mode 1.1, sections 3.4 and 4.7.3).

/** Thrown for a text that is no EMVCo code; the message says where. */
export class QrError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'QrError';
  }
}

/** Data objects in the order of the text. Lengths count characters, so that 最佳运输 is four. */
export type Tlv = readonly (readonly [id: string, value: string])[];

const longest = 99;

/** Throws QrError for an id that is not two digits or a value that is empty or longer than 99 characters. */
export function writeTlv(objects: Tlv): string {
  return objects
    .map(([id, value]) => {
      const { length } = [...value];
      if (!/^\d\d$/.test(id)) throw new QrError(`${id} is no id of a data object`);
      if (length === 0 || length > longest)
        throw new QrError(`object ${id} has ${length} characters; 1 to ${longest} are possible`);
      return `${id}${String(length).padStart(2, '0')}${value}`;
    })
    .join('');
}

/** Throws QrError where the text is cut off, or an id comes twice. */
export function readTlv(text: string): Tlv {
  const characters = [...text];
  const objects: [string, string][] = [];
  const seen = new Set<string>();
  for (let at = 0; at < characters.length; ) {
    const head = characters.slice(at, at + 4).join('');
    if (!/^\d{4}$/.test(head)) throw new QrError(`at character ${at}: no id and length`);
    const id = head.slice(0, 2);
    const end = at + 4 + Number.parseInt(head.slice(2), 10);
    if (end > characters.length) throw new QrError(`object ${id} is cut off`);
    if (seen.has(id)) throw new QrError(`object ${id} comes twice`);
    seen.add(id);
    objects.push([id, characters.slice(at + 4, end).join('')]);
    at = end;
  }
  return objects;
}

/** A template inside of an object; another network's object may hold plain text, which has no objects. */
export function readTemplate(text: string): Tlv {
  try {
    return readTlv(text);
  } catch (error) {
    if (error instanceof QrError) return [];
    throw error;
  }
}

/** CRC-16/CCITT-FALSE (polynomial 0x1021, from 0xFFFF) over the UTF-8 bytes: four upper-case hexadecimal digits. */
export function crc16(text: string): string {
  let crc = 0xffff;
  for (const byte of new TextEncoder().encode(text)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff;
  }
  return crc.toString(16).toUpperCase().padStart(4, '0');
}
