// The JSON gateway's frame: raw bytes in, authenticated call, one operation, signed bytes out. Always HTTP 200, always
// signed, also for errors: official clients hide a code that comes unsigned (AMS reference, section 1.5).

import {
  type OperationName,
  operationAt,
  operations,
  type Result,
  repeatedName,
  result,
} from '@tongbao/protocol/ams';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { isInfrastructureError } from '../../database/index.ts';
import type { Fx } from '../../fx/index.ts';
import type { MerchantAccess, Merchants } from '../../merchants/index.ts';
import type { PayByCode, Payments } from '../../payments/index.ts';
import { Rejection } from '../../rejection.ts';
import type { Clock } from '../../system/index.ts';
import { authenticate, type Received } from './authenticate.ts';
import { cancel, refund } from './change.ts';
import { createPaymentSession, pay } from './create.ts';
import { IllegalParameter } from './illegal-parameter.ts';
import { inquiryPayment, inquiryRefund } from './inquire.ts';
import { consult, inquireExchangeRate } from './offer.ts';
import { amsCodes } from './rejections.ts';
import { type GatewayKey, signatureHeader } from './signing.ts';
import { isoTime } from './times.ts';

export interface AmsParts {
  readonly payments: Payments;
  /** A shopper's code was scanned in a shop. */
  readonly payByCode: PayByCode;
  readonly merchants: Merchants;
  readonly fx: Fx;
  readonly clock: Clock;
  readonly gatewayKey: GatewayKey;
  /** Where a shopper pays the payment with this wire id. */
  readonly cashierUrl: (wirePaymentId: string) => string;
  /** The wallet's picture for a shop's checkout. */
  readonly logoUrl: string;
  /** How far request-time may be off; null in a sandbox, whose clock is somewhere else anyway. */
  readonly skewMs: number | null;
  /** In a sandbox a wrong signature is explained. */
  readonly explain: boolean;
  /** Told of signed calls of merchants that are not live: null, or what the signature doctor finds. Must not throw. */
  readonly onTestCall?: (call: { merchantId: bigint; finding: string | null }) => Promise<void>;
  /** Whether notifications may be sent to a URL, by its host alone. */
  readonly mayNotify: (url: string) => boolean;
}

/** An authenticated call. */
export interface AmsCall {
  readonly access: MerchantAccess;
  readonly now: Date;
}

interface Answer {
  readonly result: Result;
  readonly [field: string]: unknown;
}

type Operate<Name extends OperationName> = (
  parts: AmsParts,
  call: AmsCall,
  body: z.output<(typeof operations)[Name]['request']>,
) => Promise<Answer>;

const built: { readonly [Name in OperationName]: Operate<Name> } = {
  pay,
  createPaymentSession,
  inquiryPayment,
  cancel,
  refund,
  inquiryRefund,
  consult,
  inquireExchangeRate,
};

const bodyLimit = 1024 * 1024;

export const amsAdapter =
  (parts: AmsParts): FastifyPluginAsync =>
  async (app) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit }, (_request, body, done) =>
      done(null, body),
    );
    app.setErrorHandler(async (error: Error & { code?: string; statusCode?: number }, request, reply) => {
      const tooLarge = error.code === 'FST_ERR_CTP_BODY_TOO_LARGE';
      // Their own: broken off in the middle, say.
      const isTheirs = error.statusCode !== undefined && error.statusCode < 500;
      if (!isTheirs) request.log.error({ err: error }, 'unexpected error');
      const answer = isTheirs
        ? result('PARAM_ILLEGAL', `the body ${tooLarge ? 'is larger than 1 MiB' : 'cannot be read'}`)
        : result('UNKNOWN_EXCEPTION');
      return send(parts, request, reply, { result: answer });
    });
    // Official clients hide an answer that is not signed: also of the sibling network's paths, none of which is served.
    for (const path of ['/ams', '/ams/*', '/aps', '/aps/*'])
      app.all(path, async (request, reply) => send(parts, request, reply, await answerTo(parts, request)));
  };

async function answerTo(parts: AmsParts, request: FastifyRequest): Promise<Answer> {
  try {
    if (request.method !== 'POST') return { result: result('METHOD_NOT_SUPPORTED') };
    const path = request.raw.url!;
    const name = operationAt(path);
    if (name === null) return { result: result('NO_INTERFACE_DEF') };
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const received: Received = { path, headers: request.headers, body };
    const authenticated = await authenticate(parts, received);
    if ('refused' in authenticated) return { result: authenticated.refused };
    const call: AmsCall = { access: authenticated.access, now: parts.clock.now() };
    return await (built[name] as Operate<typeof name>)(parts, call, read(parts, name, body) as never);
  } catch (error) {
    return { result: resultOf(error as Error, request) };
  }
}

function read(parts: AmsParts, name: OperationName, body: Buffer): unknown {
  const text = body.toString('utf8');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new IllegalParameter('', 'the body is not JSON');
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new IllegalParameter('', 'the body is not a JSON object');
  const repeated = repeatedName(text);
  if (repeated !== null) throw new IllegalParameter(repeated.slice(0, 64), 'is named twice');
  const parsed = operations[name].request.safeParse(json);
  if (parsed.success) {
    const asked = parsed.data as { paymentNotifyUrl?: string; refundNotifyUrl?: string };
    for (const field of ['paymentNotifyUrl', 'refundNotifyUrl'] as const) {
      const url = asked[field];
      if (url !== undefined && !parts.mayNotify(url))
        throw new IllegalParameter(field, 'leads to an address that notifications are never sent to');
    }
    return parsed.data;
  }
  const issue = parsed.error.issues[0]!;
  throw new IllegalParameter(issue.path.join('.'), issue.message);
}

/** A refusal in this protocol's words; what is not a refusal is unknown, never failed. */
function resultOf(error: Error, request: FastifyRequest): Result {
  if (error instanceof IllegalParameter) return result('PARAM_ILLEGAL', error.message);
  if (error instanceof Rejection) {
    if (error.code === 'unavailable')
      request.log.warn({ err: error.cause ?? error }, 'a neighbour is unavailable');
    // The request's own deadline, found when it is carried out: a repeated request keeps its first answer.
    if (error.code === 'payment-expired' && error.detail?.field === 'expiresAt')
      return result('PARAM_ILLEGAL', 'paymentExpiryTime has passed');
    return result(amsCodes[error.code]);
  }
  if (isInfrastructureError(error)) request.log.warn({ err: error }, 'a neighbour is unavailable');
  else request.log.error({ err: error }, 'unexpected error');
  return result(
    'UNKNOWN_EXCEPTION',
    `An unknown exception occurred; send the same request again. (${request.id})`,
  );
}

async function send(parts: AmsParts, request: FastifyRequest, reply: FastifyReply, answer: Answer) {
  const clientId = headerText(request.headers['client-id']);
  const responseTime = isoTime(parts.clock.now());
  // JSON.stringify leaves undefined fields out, and no null is ever put in.
  const body = Buffer.from(JSON.stringify(answer), 'utf8');
  const message = { path: request.raw.url ?? '/', clientId, time: responseTime };
  const signature = await signatureHeader(parts.gatewayKey, message, body);
  return reply
    .status(200)
    .header('content-type', 'application/json; charset=UTF-8')
    .header('client-id', clientId)
    .header('response-time', responseTime)
    .header('signature', signature)
    .send(body);
}

/** What may be echoed in a header: visible ASCII, of a client id's length. */
function headerText(value: string | string[] | undefined): string {
  const text = Array.isArray(value) ? value[0] : value;
  return text !== undefined && /^[\x21-\x7e]{1,128}$/.test(text) ? text : '';
}
