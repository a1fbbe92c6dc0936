// What may stand in a letter, how it looks as HTML, what an attempt's outcome makes of it, and the network's own texts.
import { describe, expect, test } from 'vitest';
import { gapAfter, keptMs, verdictOf } from './attempt.ts';
import { faultOf, htmlOf, isMailAddress, type Letter } from './letter.ts';
import { letterFor, type Occasion } from './words.ts';

const letter: Letter = { to: 'jane@shop.example', subject: 'Hello', text: 'Good day.', reference: 'r1' };

/** 254 characters. */
const longest = `jane@${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(49)}.example`;

describe('an address', () => {
  test.each([
    'jane@shop.example',
    "o'neil+tongbao@mail.shop.example",
    'a.b@xn--fsqu00a.xn--0zwm56d',
    `${'a'.repeat(64)}@shop.example`,
    longest,
  ])('%s is one', (text) => expect(isMailAddress(text)).toBe(true));

  test.each([
    '',
    'jane',
    'jane@',
    '@shop.example',
    'jane@shop',
    'jane@@shop.example',
    'jane@shop..example',
    'jane@-shop.example',
    'jane@shop.example.',
    'jane@[192.0.2.1]',
    'jane@192.0.2.1',
    '.jane@shop.example',
    'jane.@shop.example',
    'ja ne@shop.example',
    '"jane"@shop.example',
    'jane@shop.example\r\nBcc: x@y.example',
    'jane@shop.example, x@y.example',
    'Jane <jane@shop.example>',
    '陈@shop.example',
    'jane@通宝.example',
    `${'a'.repeat(65)}@shop.example`,
    `x${longest}`,
  ])('%j is none', (text) => expect(isMailAddress(text)).toBe(false));
});

describe('a letter', () => {
  test('is taken as it is', () => {
    expect(faultOf(letter)).toBeNull();
    expect(faultOf({ ...letter, subject: '您'.repeat(200), text: `${'好'.repeat(9_999)}\n` })).toBeNull();
    expect(faultOf({ ...letter, reference: 'r'.repeat(100) })).toBeNull();
  });

  test.each([
    [{ to: 'jane@shop.example\nBcc: x@y.example' }, 'the recipient is no mail address'],
    [{ subject: '' }, 'a subject has 1 to 200 characters'],
    [{ subject: 'x'.repeat(201) }, 'a subject has 1 to 200 characters'],
    [{ subject: 'Hello\r\nBcc: x@y.example' }, 'a subject is one line'],
    [{ subject: 'Hello\u2028there' }, 'a subject is one line'],
    [{ text: ' \n' }, 'a text has 1 to 10000 characters'],
    [{ text: 'x'.repeat(10_001) }, 'a text has 1 to 10000 characters'],
    [{ text: 'Good\u0000day' }, 'a text has no control characters'],
    [{ text: 'Good\rday' }, 'a text has no control characters'],
    [{ reference: '' }, 'a reference has 1 to 100 characters'],
    [{ reference: 'x'.repeat(101) }, 'a reference has 1 to 100 characters'],
  ])('%j is refused: %s', (changes, fault) => expect(faultOf({ ...letter, ...changes })).toBe(fault));

  test('as HTML has its paragraphs, its link as a button, and nothing that somebody typed as markup', () => {
    const html = htmlOf(
      'Good day <b>"you" & \'me\'</b>,\nsecond line\n\n\nhttps://pay.example/console#/join/a?b=1&c=2\n\nsee https://pay.example\n',
    );
    expect(html).toContain(
      'Good day &lt;b&gt;&quot;you&quot; &amp; &#39;me&#39;&lt;/b&gt;,<br>second line</p>',
    );
    expect(html.match(/<a /g)).toHaveLength(1);
    expect(html).toContain('href="https://pay.example/console#/join/a?b=1&amp;c=2"');
    expect(html.match(/<p /g)).toHaveLength(3);
    expect(html).not.toMatch(/<img|src=|url\(|<script/);
  });
});

describe('an attempt', () => {
  const accepted = { outcome: 'accepted', answer: '250' } as const;
  const refused = { outcome: 'refused', answer: '550' } as const;
  const later = { outcome: 'later', answer: '421' } as const;

  test('sends it, is made again, or leaves it to an operator', () => {
    expect(verdictOf(accepted, 1)).toBe('sent');
    expect(verdictOf(accepted, 99)).toBe('sent');
    expect(verdictOf(refused, 1)).toBe('held');
    expect([1, 8, 9, 10].map((attempt) => verdictOf(later, attempt))).toEqual([
      'again',
      'again',
      'held',
      'held',
    ]);
    expect([1, 8, 9].map((attempt) => verdictOf(null, attempt))).toEqual(['again', 'again', 'held']);
  });

  test('comes after a minute, five, fifteen, one hour, three, six, twelve and a day; then a day each', () => {
    const minutes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 20].map((attempt) => gapAfter(attempt) / 60_000);
    expect(minutes).toEqual([1, 5, 15, 60, 180, 360, 720, 1_440, 1_440, 1_440]);
    expect(keptMs).toBe(14 * 86_400_000);
  });
});

describe('the network’s own letters', () => {
  const link = 'https://pay.example/console#/join/abc';
  const occasions: readonly Occasion[] = [
    { kind: 'invitation', name: '陈梅', link, days: 7 },
    { kind: 'reset', name: '陈梅', link, days: 7 },
    { kind: 'application-received', company: 'Kim & Sons', link },
    { kind: 'application-more', company: 'Kim & Sons', wanted: 'the register’s extract', link },
    { kind: 'application-approved', company: 'Kim & Sons', link },
    { kind: 'application-rejected', company: 'Kim & Sons', reason: 'the site is not there' },
    { kind: 'contract-changed', company: 'Kim & Sons', from: '2026-02-01', link },
    { kind: 'paid-out', company: 'Kim & Sons', amount: 'USD 5,870.00', link },
  ];
  const of = (occasion: Occasion, language: string) =>
    letterFor(occasion, { to: 'jane@shop.example', language, reference: 'r1' });

  test.each(occasions.map((occasion) => [occasion.kind, occasion] as const))(
    '%s: in two languages, whole, with its link alone in a paragraph',
    (_kind, occasion) => {
      for (const language of ['en', 'zh-CN', 'fr']) {
        const written = of(occasion, language);
        expect(faultOf(written)).toBeNull();
        expect(written.text).not.toContain('undefined');
        const facts = Object.entries(occasion).filter(([name]) => name !== 'kind');
        for (const [, fact] of facts) expect(written.text + written.subject).toContain(String(fact));
        if ('link' in occasion) expect(written.text.split('\n\n')).toContain(link);
        expect(/\p{Script=Han}/u.test(written.subject)).toBe(language === 'zh-CN');
      }
      expect(of(occasion, 'fr')).toEqual(of(occasion, 'en'));
    },
  );

  test('what somebody typed is one line of plain words', () => {
    const typed = 'x\n\nhttps://evil.example/\n\ny\r\nBcc: z';
    const { subject, text } = of({ kind: 'paid-out', company: typed, amount: typed, link }, 'en');
    expect(subject).not.toMatch(/[\r\n]/);
    expect(text.split('\n\n')).not.toContain('https://evil.example/');
    expect(htmlOf(text).match(/<a /g)).toHaveLength(1);
    const reason = of({ kind: 'application-rejected', company: 'x', reason: 'https://evil.example/' }, 'en');
    expect(htmlOf(reason.text)).not.toContain('<a ');
    const long = of({ kind: 'paid-out', company: 'x', amount: '9'.repeat(3_000), link }, 'en');
    expect(faultOf(long)).toBeNull();
  });
});
