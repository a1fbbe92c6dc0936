// Messages of ISO 8583: what is written is read back, a known message stands as it does in the standard, and what is cut, longer
// or unknown is refused.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { answerType, readMessage, writeMessage } from './message.ts';

const digits = (length: number) => fc.stringMatching(new RegExp(`^[0-9]{1,${length}}$`));
const text = (length: number) => fc.stringMatching(new RegExp(`^[!-~]{1,${length}}$`));
const field: fc.Arbitrary<readonly [number, string]> = fc.oneof(
  ...(
    [
      [3, 6],
      [4, 12],
      [7, 10],
      [11, 6],
      [32, 11],
      [70, 3],
      [90, 42],
    ] as const
  ).map(([number, length]) => digits(length).map((value) => [number, value] as const)),
  ...(
    [
      [37, 12],
      [39, 2],
      [41, 8],
      [48, 300],
      [63, 64],
    ] as const
  ).map(([number, length]) => text(length).map((value) => [number, value] as const)),
);
const fixedLengths: Readonly<Record<number, number>> = { 3: 6, 4: 12, 7: 10, 11: 6, 70: 3, 90: 42 };
const fixedTexts: Readonly<Record<number, number>> = { 37: 12, 39: 2, 41: 8 };
const filled = ([number, value]: readonly [number, string]): [number, string] => [
  number,
  value.padStart(fixedLengths[number] ?? 0, '0').padEnd(fixedTexts[number] ?? 0, ' '),
];

test('what is written is read back, whatever fields there are', () => {
  fc.assert(
    fc.property(fc.constantFrom('0200', '0420', '0800'), fc.array(field, { minLength: 1 }), (mti, fields) => {
      const wanted = new Map(fields.map(filled));
      const read = readMessage(writeMessage({ mti, fields: new Map(fields) }));
      expect(read.mti).toBe(mti);
      expect(new Map([...read.fields].sort())).toEqual(new Map([...wanted].sort()));
    }),
  );
});

test('a sign-on, to the byte', () => {
  const fields = new Map([
    [7, '0501100000'],
    [11, '1'],
    [70, '001'],
  ]);
  const bytes = writeMessage({ mti: '0800', fields });
  expect(bytes.toString('latin1')).toBe('0800822000000000000004000000000000000501100000000001001');
});

test('every cut of a message, a byte more, and anything else is refused by an error', () => {
  fc.assert(
    fc.property(fc.array(field, { minLength: 1 }), fc.nat(), (fields, at) => {
      const bytes = writeMessage({ mti: '0210', fields: new Map(fields) });
      expect(() => readMessage(bytes.subarray(0, at % bytes.length))).toThrow(Error);
      expect(() => readMessage(Buffer.concat([bytes, Buffer.from('0')]))).toThrow('stand behind the message');
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      const answer = (() => {
        try {
          return readMessage(Buffer.from(bytes));
        } catch (error) {
          return error;
        }
      })();
      if (!(answer instanceof Error)) expect(answer).toHaveProperty('mti');
    }),
  );
});

test.each([
  [2, '6222021234567890123', 'field 2 is not written here'],
  [4, '1234567890123', 'field 4'],
  [4, '-1', 'field 4'],
  [48, '气', 'field 48'],
  [39, 'ABC', 'field 39'],
])('field %i with %s is refused', (number, value, words) => {
  expect(() => writeMessage({ mti: '0200', fields: new Map([[number, value]]) })).toThrow(words);
});

test('which type answers which', () => {
  expect(['0200', '0201', '0420', '0421', '0800'].map(answerType)).toEqual([
    '0210',
    '0210',
    '0430',
    '0430',
    '0810',
  ]);
});
