// What goes back: the envelope, bare text, a redirect, or the page that a shopper sees when a shop's link is wrong.
// Nothing that was received is repeated unescaped.
import {
  type Charset,
  encodeText,
  escapeMarkup,
  type GatewayError,
  type ReceivedParameter,
  type ServiceName,
  type SignType,
  saidLeaves,
  saidPlainly,
  services,
  writeXml,
} from '@tongbao/protocol/gateway';
import type { FastifyReply } from 'fastify';
import type { MerchantAccess } from '../../merchants/index.ts';
import type { GatewayAnswer, GatewayParts } from './parts.ts';
import { signatureOf } from './signing.ts';

/** What is known of a request when it is answered. */
export interface Asked {
  readonly service: ServiceName | null;
  readonly charset: Charset;
  readonly signType: SignType;
  readonly parameters: ReadonlyMap<string, ReceivedParameter>;
  readonly access: MerchantAccess | null;
}

type Signing = Pick<GatewayParts, 'gatewayKey' | 'explain'>;

/** How many parameters an answer echoes; more than any client sends. */
const echoed = 50;
const echoOf = (asked: Asked) =>
  Object.fromEntries([...asked.parameters].slice(0, echoed).map(([name, { text }]) => [name, text]));

const send = (reply: FastifyReply, type: string, charset: Charset, body: Uint8Array) =>
  reply.status(200).header('content-type', `${type};charset=${charset}`).send(Buffer.from(body));

export async function sendAnswer(parts: Signing, reply: FastifyReply, asked: Asked, answer: GatewayAnswer) {
  const { charset, signType } = asked;
  if (answer.kind === 'redirect') return reply.redirect(answer.url, 302);
  if (answer.kind === 'text') return send(reply, 'text/plain', charset, encodeText(answer.text, charset));
  const request = echoOf(asked);
  if (answer.leaves === undefined) return send(reply, 'text/xml', charset, writeXml({ request }, charset));
  const leaves = saidPlainly(saidLeaves(answer.leaves));
  const signer = { md5Key: asked.access!.merchant.classicMd5Key, privateKey: parts.gatewayKey.privateKey };
  const sign = await signatureOf(signer, leaves, { charset, signType });
  const response = { wrapper: answer.wrapper ?? 'alipay', leaves };
  return send(
    reply,
    'text/xml',
    charset,
    writeXml({ request, response, signature: { sign, signType } }, charset),
  );
}

export function sendError(
  parts: Signing,
  reply: FastifyReply,
  asked: Asked,
  { code, why }: { code: GatewayError; why: string },
) {
  const { charset } = asked;
  const kind = asked.service === null ? 'xml' : services[asked.service].answers;
  if (kind === 'word') return send(reply, 'text/plain', charset, encodeText('invalid', charset));
  const detail = parts.explain && why !== '' ? why : undefined;
  if (kind === 'page')
    return send(reply, 'text/html', charset, encodeText(page(code, why, charset), charset, entity));
  const answer = { error: code, ...(detail === undefined ? {} : { detail }), request: echoOf(asked) };
  return send(reply, 'text/xml', charset, writeXml(answer, charset));
}

const entity = (character: string): string => `&#${character.codePointAt(0)};`;

/** The shopper is not sent back to the shop: whoever made the link has to see what is wrong with it. */
function page(code: GatewayError, why: string, charset: Charset): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="${charset}"><meta name="viewport" content="width=device-width"><title>${code}</title>
<style>body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere }</style></head>
<body><h1>This payment cannot begin</h1><p>支付无法开始，请返回商家重试。</p>
<p>The shop's request was refused: <code>${code}</code></p>${why === '' ? '' : `\n<p>${escapeMarkup(why)}</p>`}
</body></html>
`;
}
