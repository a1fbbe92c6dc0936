// Cashier tokens: genuine ones are read back, everything else is nothing.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { secretOf } from '../../testing/keys.ts';
import { createCashierTokens } from './token.ts';

const tokens = createCashierTokens(secretOf(1));
const wireIds = fc.stringMatching(/^[0-9]{30}$/);
const tokenOf = (wireId: string): string => tokens.path(wireId).slice('/cashier/'.length);

describe('cashier tokens', () => {
  it('reads back what it made, and only with the same secret', () => {
    const others = createCashierTokens(secretOf(2));
    fc.assert(
      fc.property(wireIds, (wireId) => {
        expect(tokens.read(tokenOf(wireId))).toBe(wireId);
        expect(others.read(tokenOf(wireId))).toBeNull();
      }),
    );
  });

  it('refuses a token with any one character changed', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.';
    fc.assert(
      fc.property(wireIds, fc.nat(), fc.constantFrom(...alphabet), (wireId, at, letter) => {
        const token = tokenOf(wireId);
        const index = at % token.length;
        fc.pre(token[index] !== letter);
        expect(tokens.read(token.slice(0, index) + letter + token.slice(index + 1))).toBeNull();
      }),
    );
  });

  it.each(['', '.', '1', 'x'.repeat(53), `${'1'.repeat(30)}.`, '../../etc'])('refuses %j', (text) =>
    expect(tokens.read(text)).toBeNull(),
  );

  it('needs a real secret', () =>
    expect(() => createCashierTokens({ present: Buffer.alloc(31), known: [Buffer.alloc(31)] })).toThrow(
      '32 bytes',
    ));

  it('opens links of a former secret, and makes them with the present one', () => {
    const [former, present] = [secretOf(1).present, secretOf(2).present];
    const rotated = createCashierTokens({ present, known: [present, former] });
    const id = '201411111000000000000000004097';
    const linkOf = (of: typeof rotated) => of.path(id).replace('/cashier/', '');
    expect(rotated.read(linkOf(tokens))).toBe(id);
    expect(rotated.path(id)).toBe(createCashierTokens(secretOf(2)).path(id));
    expect(createCashierTokens(secretOf(2)).read(linkOf(tokens))).toBeNull();
  });
});
