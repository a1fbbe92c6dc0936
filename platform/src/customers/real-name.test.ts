// One spelling for one name, whatever wrote it.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { realNameOf } from './real-name.ts';

test.each(['\u00b7', '\u2022', '\u2027', '\u30fb', '\uff65', '\u0387', '\u22c5', '\u2219', ' \u00b7 '])(
  'case 20: a name with the dot %j is one and the same name',
  (dot) => {
    expect(realNameOf(`古丽米热${dot}艾比布力`)).toBe('古丽米热·艾比布力');
  },
);

test.each(['.', '\uff0e', '\u3002', '\uff61', '\u02d9', '\ua78f', '\u2e33', ' . '])(
  'case 20: %j between Chinese characters is the dot as well',
  (dot) => {
    expect(realNameOf(`古丽米热${dot}艾比布力`)).toBe('古丽米热·艾比布力');
  },
);

test.each([
  ['a padded name of two characters', '李\u3000明', '李明'],
  ['spaces between Chinese characters', '欧阳  小 明', '欧阳小明'],
  ['a variation selector', '神\ufe00田\u{e0100}', '神田'],
  ['half-width Katakana', '\uff94\uff8f\uff80\uff9e', 'ヤマダ'],
  ['a radical for its character', '\u2f2d\u7530', '山田'],
  ['the character zero', '王\u3007', '王\u3007'],
  ['a full stop that is none', 'J. Smith', 'J. Smith'],
  ['Hangul in its parts', '김주현'.normalize('NFD'), '김주현'],
  ['compatibility ideographs', '\uf9e1\u660e', '\u674e\u660e'],
  ['full-width letters', 'Ｌｉ　Ｗｅｉ', 'Li Wei'],
  ['a composed and a decomposed letter', 'Rene\u0301 A', 'Ren\u00e9 A'],
  ['a curly apostrophe', 'O\u2019Neill', "O'Neill"],
  ['a rare character beyond the first plane', '\u{20bb7}野', '\u{20bb7}野'],
  ['a private-use character of GBK systems', '王\ue863', '王\ue863'],
])('%s', (_, typed, kept) => {
  expect(realNameOf(typed)).toBe(kept);
});

test.each(['', '王', '123', '<b>x</b>', '王\u202e明', '王\u200b明', '王\u0000明', 'a'.repeat(51), '·王明'])(
  '%j is no name',
  (typed) => {
    expect(realNameOf(typed)).toBeNull();
  },
);

test('what is kept is kept again as it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (typed) => {
      const name = realNameOf(typed);
      if (name !== null) expect(realNameOf(name)).toBe(name);
    }),
  );
});
