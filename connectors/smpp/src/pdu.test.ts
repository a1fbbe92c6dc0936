// SMPP's messages as bytes: what a centre gets, and hostile bytes from one.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bindBody,
  commands,
  isResponse,
  messageIdOf,
  readDeliver,
  readPdu,
  submitBody,
  writePdu,
} from './pdu.ts';
import { receiptOf } from './receipt.ts';
import { answerOf, nameOf, wantsPause } from './status.ts';

const submit = {
  ...{ sender: 'Tongbao', to: '8613800138000', dataCoding: 8, hasHeader: true, wantsReceipt: true },
  ...{ userReference: 0x1234, octets: Buffer.from([0x4e, 0x2d]) },
};
/** A deliver_sm as a centre writes it. */
const deliver = (of: { esmClass: number; text: string; more?: string }): Buffer =>
  Buffer.concat([
    Buffer.from('\0', 'latin1'),
    Buffer.from([1, 1]),
    Buffer.from('8613800138000\0', 'latin1'),
    Buffer.from([5, 0]),
    Buffer.from('Tongbao\0', 'latin1'),
    Buffer.from([of.esmClass, 0, 0, 0, 0, 0, 0, 0, 0, of.text.length]),
    Buffer.from(of.text, 'latin1'),
    Buffer.from(of.more ?? '', 'hex'),
  ]);

describe('a message', () => {
  test('has its length, command, status and number in front', () => {
    const bytes = writePdu({ command: commands.enquireLink, status: 0, sequence: 9, body: Buffer.alloc(0) });
    expect(bytes.toString('hex')).toBe('00000010000000150000000000000009');
    expect(readPdu(Buffer.concat([bytes, bytes]))).toEqual({
      ...{
        length: 16,
        pdu: { command: commands.enquireLink, status: 0, sequence: 9, body: Buffer.alloc(0) },
      },
    });
    expect(readPdu(bytes.subarray(0, 3))).toBeNull();
    expect(readPdu(bytes.subarray(0, 15))).toBeNull();
    expect([commands.submitSm, commands.submitSmResp, commands.genericNack].map(isResponse)).toEqual([
      false,
      true,
      true,
    ]);
  });

  test.each(['00000000', '0000000f', '00004001', 'ffffffff'])('of the length %s is none', (length) => {
    expect(() => readPdu(Buffer.from(length, 'hex'))).toThrow(/^a message of \d+ bytes$/);
  });

  test('binds with name, password and version; a name that is too long is refused', () => {
    expect(bindBody({ systemId: 'tb', password: 'pw' }).toString('hex')).toBe(
      '746200' + '707700' + '00' + '34000000',
    );
    expect(bindBody({ systemId: 'x'.repeat(15), password: 'p'.repeat(8) })).toHaveLength(16 + 9 + 1 + 4);
    expect(() => bindBody({ systemId: 'x'.repeat(16), password: 'p' })).toThrow(
      'a text longer than 15 octets',
    );
    expect(() => bindBody({ systemId: 'x', password: 'p'.repeat(9) })).toThrow('a text longer than 8 octets');
    expect(() => bindBody({ systemId: 'x\0y', password: 'p' })).toThrow();
  });

  test('submits as it is laid down', () => {
    const hex = submitBody(submit).toString('hex');
    const [sender, to] = ['Tongbao\0', '8613800138000\0'].map((text) => Buffer.from(text).toString('hex'));
    expect(hex).toBe(
      ['00', `0500${sender}`, `0101${to}`, '400000', '0000', '0100', '0800', '024e2d', '020400021234'].join(
        '',
      ),
    );
    const plain = submitBody({ ...submit, hasHeader: false, wantsReceipt: false }).toString('hex');
    expect(plain).toContain([to, '000000', '0000', '0000', '0800'].join(''));
    const kinds = ['', '10690', '123456', '1234567', 'Shop'].map((sender) =>
      submitBody({ ...submit, sender })
        .subarray(1, 3)
        .toString('hex'),
    );
    expect(kinds).toEqual(['0000', '0300', '0300', '0101', '0500']);
  });
});

describe('what a centre says', () => {
  test('of a submit: its id, or nothing', () => {
    expect(messageIdOf(Buffer.from('id-1\0'))).toBe('id-1');
    expect(messageIdOf(Buffer.alloc(0))).toBe('');
    expect(() => messageIdOf(Buffer.from('id-1'))).toThrow('a text without an end');
  });

  test('later: a receipt, by the words of its text or by its optional field', () => {
    const text = 'id:A1 sub:001 dlvrd:000 stat:undeliv err:011';
    expect(receiptOf(readDeliver(deliver({ esmClass: 4, text })))).toEqual({ id: 'A1', state: 'UNDELIV' });
    const more = `001e0004${Buffer.from('Z99\0').toString('hex')}0427000105`;
    expect(receiptOf(readDeliver(deliver({ esmClass: 4, text, more })))).toEqual({
      id: 'Z99',
      state: 'UNDELIV',
    });
    expect(receiptOf(readDeliver(deliver({ esmClass: 0, text })))).toBeNull();
    expect(receiptOf(readDeliver(deliver({ esmClass: 8, text })))).toBeNull();
    expect(receiptOf(readDeliver(deliver({ esmClass: 4, text: 'stat:DELIVRD' })))).toBeNull();
    expect(receiptOf(readDeliver(deliver({ esmClass: 4, text: 'id:A1' })))).toBeNull();
  });

  test('that ends inside a field is refused, and no bytes make it loop', () => {
    const whole = deliver({ esmClass: 4, text: 'id:A1 stat:DELIVRD' });
    for (let length = 0; length < whole.length; length++)
      expect(() => readDeliver(whole.subarray(0, length))).toThrow();
    expect(() => readDeliver(Buffer.concat([whole, Buffer.from('001e00ff41', 'hex')]))).toThrow();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        try {
          readDeliver(Buffer.from(bytes));
        } catch (error) {
          expect((error as Error).message).toMatch(/^a (message that ends|text without)/);
        }
      }),
    );
  });

  test('as a status: taken, refused, or not now', () => {
    expect(answerOf(0)).toEqual({ outcome: 'accepted', answer: 'ESME_ROK' });
    expect(answerOf(0x0b)).toEqual({ outcome: 'refused', answer: 'ESME_RINVDSTADR' });
    expect(answerOf(0x58)).toEqual({ outcome: 'later', answer: 'ESME_RTHROTTLED' });
    expect(answerOf(0x45)).toEqual({ outcome: 'later', answer: 'ESME_RSUBMITFAIL' });
    expect(nameOf(0x400)).toBe('SMPP 0x400');
    expect([0, 0x0b, 0x14, 0x58, 0x08].map(wantsPause)).toEqual([false, false, true, true, false]);
  });
});
