// What the network writes to people who are not in front of a page of ours: staff who are invited, shops that apply and sell. In
// English and Chinese, short and calm; never a password or a key, and no link but to our own pages. Pure.
import type { Letter } from './letter.ts';

/** Languages that letters are written in; anybody else gets English. */
type Language = 'en' | 'zh';

/** What a letter is about. Texts that people typed (names, reasons) come as they are. */
export type Occasion =
  /** Somebody is to sign in to the console: the link lets them set password and second factor, once. */
  | { readonly kind: 'invitation'; readonly name: string; readonly link: string; readonly days: number }
  /** Staff whose second factor was taken off: the link lets them set another one. */
  | { readonly kind: 'reset'; readonly name: string; readonly link: string; readonly days: number }
  | { readonly kind: 'application-received'; readonly company: string; readonly link: string }
  /** What is missing, in the operator's words. */
  | {
      readonly kind: 'application-more';
      readonly company: string;
      readonly wanted: string;
      readonly link: string;
    }
  | { readonly kind: 'application-approved'; readonly company: string; readonly link: string }
  | { readonly kind: 'application-rejected'; readonly company: string; readonly reason: string }
  /** `from`: YYYY-MM-DD. */
  | {
      readonly kind: 'contract-changed';
      readonly company: string;
      readonly from: string;
      readonly link: string;
    }
  /** `amount`: as a person reads it, with its currency. */
  | { readonly kind: 'paid-out'; readonly company: string; readonly amount: string; readonly link: string };

type Words<Kind extends Occasion['kind']> = (of: Extract<Occasion, { kind: Kind }>) => {
  readonly subject: string;
  readonly paragraphs: readonly string[];
};
type Texts = { readonly [Kind in Occasion['kind']]: Words<Kind> };

const en: Texts = {
  invitation: ({ name, link, days }) => ({
    subject: 'Your access to the Tongbao console',
    paragraphs: [
      `Good day ${name},`,
      'You have been given access to the Tongbao console. Open this link to set your password and your second factor:',
      link,
      `It works once, for ${days} days, and only for you: please do not pass it on. If you did not expect it, do nothing and tell your colleagues.`,
    ],
  }),
  reset: ({ name, link, days }) => ({
    subject: 'Set your second factor again',
    paragraphs: [
      `Good day ${name},`,
      'Your former second factor no longer opens the Tongbao console. Open this link to set your access again:',
      link,
      `It works once, for ${days} days, and only for you. If you did not ask for this, tell your colleagues at once.`,
    ],
  }),
  'application-received': ({ company, link }) => ({
    subject: 'We have your application',
    paragraphs: [
      'Good day,',
      `The application of ${company} has arrived. We look at it and write to this address. Here you see how far it is:`,
      link,
      'Keep the link to yourselves: whoever has it sees the application.',
    ],
  }),
  'application-more': ({ company, wanted, link }) => ({
    subject: 'Your application: something is missing',
    paragraphs: [
      'Good day,',
      `To go on with the application of ${company} we need:`,
      `“${wanted}”`,
      'You can add it here; what you have filled in is still there:',
      link,
    ],
  }),
  'application-approved': ({ company, link }) => ({
    subject: 'Your application is approved',
    paragraphs: [
      'Good day,',
      `${company} is welcome in the network. What comes next, your key and a test call, is here:`,
      link,
      'Make the private key on a machine of your own, and send it to nobody, not even to us.',
    ],
  }),
  'application-rejected': ({ company, reason }) => ({
    subject: 'Your application',
    paragraphs: [
      'Good day,',
      `We cannot take ${company} into the network at the moment. The reason:`,
      `“${reason}”`,
      'If something has changed, you are welcome to apply again.',
    ],
  }),
  'contract-changed': ({ company, from, link }) => ({
    subject: `Your contract changes on ${from}`,
    paragraphs: [
      'Good day,',
      `The terms of ${company} change from ${from} on. The former and the new ones, side by side:`,
      link,
      'Payments before that day keep the terms that they were made under.',
    ],
  }),
  'paid-out': ({ company, amount, link }) => ({
    subject: `${amount} is on its way to your bank`,
    paragraphs: [
      'Good day,',
      `${amount} has been paid out to ${company}. Which payments it is made of:`,
      link,
      'When it arrives depends on your bank.',
    ],
  }),
};

const zh: Texts = {
  invitation: ({ name, link, days }) => ({
    subject: '您的通宝控制台访问权限',
    paragraphs: [
      `${name}，您好：`,
      '您已获得通宝控制台的访问权限。请打开以下链接，设置密码和第二重验证：',
      link,
      `链接仅可使用一次，${days}天内有效，仅供本人使用，请勿转发。如非您所预期，请不要操作，并告知您的同事。`,
    ],
  }),
  reset: ({ name, link, days }) => ({
    subject: '请重新设置第二重验证',
    paragraphs: [
      `${name}，您好：`,
      '您原来的第二重验证已不能用于登录通宝控制台。请打开以下链接重新设置：',
      link,
      `链接仅可使用一次，${days}天内有效，仅供本人使用。如非您本人要求，请立即告知您的同事。`,
    ],
  }),
  'application-received': ({ company, link }) => ({
    subject: '我们已收到您的申请',
    paragraphs: [
      '您好：',
      `${company}的申请已收到。我们审核后会发邮件到此邮箱。您可以在这里查看进度：`,
      link,
      '请妥善保管此链接：持有链接的人可以看到申请内容。',
    ],
  }),
  'application-more': ({ company, wanted, link }) => ({
    subject: '您的申请需要补充材料',
    paragraphs: [
      '您好：',
      `为继续审核${company}的申请，我们还需要：`,
      `“${wanted}”`,
      '请在这里补充，已填写的内容仍然保留：',
      link,
    ],
  }),
  'application-approved': ({ company, link }) => ({
    subject: '您的申请已通过',
    paragraphs: [
      '您好：',
      `欢迎${company}加入。接下来请设置密钥并进行一次测试调用：`,
      link,
      '请在您自己的机器上生成私钥，不要发给任何人，包括我们。',
    ],
  }),
  'application-rejected': ({ company, reason }) => ({
    subject: '关于您的申请',
    paragraphs: [
      '您好：',
      `我们目前无法接受${company}的申请，原因如下：`,
      `“${reason}”`,
      '如情况有变，欢迎再次申请。',
    ],
  }),
  'contract-changed': ({ company, from, link }) => ({
    subject: `您的合同条款将于${from}变更`,
    paragraphs: [
      '您好：',
      `${company}的合同条款自${from}起变更。新旧条款对照：`,
      link,
      '在此之前的付款仍按原条款处理。',
    ],
  }),
  'paid-out': ({ company, amount, link }) => ({
    subject: `${amount} 已汇出`,
    paragraphs: ['您好：', `${amount} 已汇给${company}。明细：`, link, '到账时间以您的银行为准。'],
  }),
};

const texts: Readonly<Record<Language, Texts>> = { en, zh };

/** Somebody's words become no paragraph of ours, no link and no second line of a subject. */
const plain = (text: string): string =>
  text
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .trim()
    .slice(0, 2_000);

/** The letter for an occasion. `language`: BCP 47; `reference`: what it is about, once for ever. */
export function letterFor(
  occasion: Occasion,
  { to, language, reference }: { to: string; language: string; reference: string },
): Letter {
  const words = texts[language.startsWith('zh') ? 'zh' : 'en'];
  const clean = Object.fromEntries(
    Object.entries(occasion).map(([name, value]) => [name, typeof value === 'string' ? plain(value) : value]),
  );
  const write = words[occasion.kind] as (of: object) => { subject: string; paragraphs: readonly string[] };
  const { subject, paragraphs } = write(clean);
  const sign = language.startsWith('zh') ? '通宝' : 'Tongbao';
  return { to, subject: subject.slice(0, 200), text: [...paragraphs, sign].join('\n\n'), reference };
}
