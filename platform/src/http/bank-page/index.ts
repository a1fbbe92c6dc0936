// The invented banks' own page, where a card's holder says yes or no to a debit: plain HTML, no script, nothing of ours on it. Its
// address is all that a visitor needs, as a real bank's would be behind its own sign-in; it is told to nobody but the payer.
import { formatMajor, type Money } from '@tongbao/money';
import type { FastifyPluginAsync, FastifyReply } from 'fastify';

export interface BankPageOptions {
  page(id: string): Promise<BankPage | null>;
  sayOnPage(said: { id: string; agrees: boolean }): Promise<BankPage | null>;
}

interface BankPage {
  readonly bankName: { readonly zh: string; readonly en: string };
  readonly amount: Money;
  /** Where the bank was told to send the browser when the debit was asked for; a page takes no other. */
  readonly returnUrl: string;
  readonly outcome: 'approved' | 'declined' | null;
}

const path = '/sandbox/bank/confirm/:id';

export const bankPageAdapter =
  (bank: BankPageOptions): FastifyPluginAsync =>
  async (app) => {
    // The buttons send nothing but their address.
    const nothing = (_request: unknown, _body: unknown, done: (error: null, body: object) => void) =>
      done(null, {});
    app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, nothing);
    const logSerializers = { req: () => ({ method: 'GET', route: path }) };
    app.get<{ Params: { id: string } }>(path, { logSerializers }, async ({ params }, reply) =>
      send(reply, params.id, await bank.page(params.id)),
    );
    for (const [way, agrees] of [
      ['approve', true],
      ['decline', false],
    ] as const)
      app.post<{ Params: { id: string } }>(
        `${path}/${way}`,
        { logSerializers },
        async ({ params }, reply) => {
          await bank.sayOnPage({ id: params.id, agrees });
          // Looked at again by the browser's own button, it asks nothing again.
          return reply.redirect(path.replace(':id', encodeURIComponent(params.id)), 303);
        },
      );
  };

const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

function send(reply: FastifyReply, id: string, page: BankPage | null): FastifyReply {
  reply.header('cache-control', 'no-store').header('referrer-policy', 'no-referrer').type('text/html');
  if (page === null)
    return reply.code(404).send(document('Bank', '<h1>没有这个页面 · No such page</h1>', ''));
  const { bankName, amount, returnUrl, outcome } = page;
  const name = escaped(`${bankName.zh} · ${bankName.en}`);
  const back = escaped(returnUrl);
  const sum = `<p class="sum">${escaped(`${amount.currency} ${formatMajor(amount)}`)}</p>`;
  if (outcome !== null) {
    const done = outcome === 'approved' ? '已确认 · Confirmed' : '未付款 · Not paid';
    const body = `<h1>${done}</h1>${sum}<p><a class="button" href="${back}">返回付款页 · Back to the payment</a></p>`;
    return reply.send(document(name, body, `<meta http-equiv="refresh" content="2;url=${back}">`));
  }
  const action = `/sandbox/bank/confirm/${encodeURIComponent(id)}`;
  const button = (way: string, words: string, look: string) =>
    `<form method="post" action="${action}/${way}"><button class="button ${look}" type="submit">${words}</button></form>`;
  const body = `<h1>确认这笔付款 · Confirm this payment</h1>
<p>收款方 · To: Tongbao</p>${sum}
${button('approve', '确认付款 · Approve', '')}
${button('decline', '拒绝 · Decline', 'quiet')}
<p><a href="${back}">不作答，返回 · Back without an answer</a></p>`;
  return reply.send(document(name, body, ''));
}

const document = (name: string, body: string, head: string): string => `<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${name}</title>${head}<style>
body{margin:0;background:#f2f4f1;color:#1c2b22;font:16px/1.5 system-ui,sans-serif}
header{background:#1d5c43;color:#fff;padding:1rem 1.25rem;font-weight:600}
header small{display:block;font-weight:400;opacity:.85}
main{max-width:26rem;margin:2rem auto;background:#fff;border-radius:12px;padding:1.5rem;box-shadow:0 1px 6px #0002}
@media (max-width:30rem){main{margin:1rem}}
h1{font-size:1.25rem;margin:0 0 .75rem}.sum{font-size:1.9rem;font-weight:700;margin:.5rem 0 1.25rem}
.button{display:block;box-sizing:border-box;width:100%;padding:.8rem;border:1px solid #1d5c43;border-radius:8px;background:#1d5c43;color:#fff;
font:inherit;font-weight:600;text-align:center;text-decoration:none;cursor:pointer}
.quiet{background:#fff;color:#1d5c43}form{margin:0 0 .75rem}a{color:#1d5c43}:focus-visible{outline:3px solid #e0a100;outline-offset:2px}
</style></head><body><header>${name}<small>沙箱里的虚构银行 · An invented bank of the sandbox</small></header>
<main>${body}</main></body></html>`;
