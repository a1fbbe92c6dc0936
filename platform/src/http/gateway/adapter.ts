// The classic gateway's frame: one path, the service chosen by a parameter, HTTP 200 whatever happens; XML, bare text
// or a page, as the service has it (reference, sections 1.1, 1.2, 1.5).
import {
  type GatewayError,
  isServiceName,
  type ReceivedForm,
  readForm,
  type ServiceName,
  services,
  withCharset,
} from '@tongbao/protocol/gateway';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { isInfrastructureError } from '../../database/index.ts';
import { Rejection } from '../../rejection.ts';
import { acquireCancel, acquireQuery, acquireRefund, precreate } from './acquire.ts';
import { authenticate } from './authenticate.ts';
import { createForexTrade, createForexTradeWap } from './create.ts';
import {
  declareCustoms,
  maintainSecondaryMerchant,
  queryCustoms,
  secondaryMerchantStatus,
} from './declare.ts';
import { forexCompareFile, forexLiquidationFile, forexRateFile } from './files.ts';
import { closeTrade, notifyVerify, singleTradeQuery } from './inquire.ts';
import { readMultipart } from './multipart.ts';
import { type GatewayAnswer, type GatewayCall, type GatewayParts, GatewayRefusal } from './parts.ts';
import { forexRefund, forexRefundFile } from './refund.ts';
import { gatewayCodes, refundCodes } from './rejections.ts';
import { type Asked, sendAnswer, sendError } from './reply.ts';
import { spotPay, spotQuery, spotRefund, spotReverse } from './spot.ts';

type Serve<Name extends ServiceName> = (
  parts: GatewayParts,
  call: GatewayCall,
  body: z.output<(typeof services)[Name]['request']>,
) => Promise<GatewayAnswer>;

const built: { readonly [Name in ServiceName]: Serve<Name> } = {
  create_forex_trade: createForexTrade,
  create_forex_trade_wap: createForexTradeWap,
  single_trade_query: singleTradeQuery,
  close_trade: closeTrade,
  forex_refund: forexRefund,
  forex_refund_file: forexRefundFile,
  notify_verify: notifyVerify,
  forex_rate_file: forexRateFile,
  forex_compare_file: forexCompareFile,
  forex_liquidation_file: forexLiquidationFile,
  'alipay.acquire.customs': declareCustoms,
  'alipay.overseas.acquire.customs.query': queryCustoms,
  'alipay.overseas.secmerchant.online.maintain': maintainSecondaryMerchant,
  'alipay.overseas.secmerchant.offline.maintain': maintainSecondaryMerchant,
  'alipay.overseas.secmerchant.maintain.queryStatus': secondaryMerchantStatus,
  'alipay.acquire.overseas.spot.pay': spotPay,
  'alipay.acquire.overseas.query': spotQuery,
  'alipay.acquire.overseas.spot.refund': spotRefund,
  'alipay.acquire.overseas.spot.reverse': spotReverse,
  'alipay.acquire.precreate': precreate,
  'alipay.acquire.query': acquireQuery,
  'alipay.acquire.cancel': acquireCancel,
  'alipay.acquire.refund': acquireRefund,
};

const bodyLimit = 2 * 1024 * 1024;
const paths = ['/gateway.do', '/cooperate/gateway.do', '/trade/notify_query.do'];

export const gatewayAdapter =
  (parts: GatewayParts): FastifyPluginAsync =>
  async (app) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit }, (_request, body, done) =>
      done(null, body),
    );
    app.setErrorHandler(async (error: Error & { statusCode?: number }, request, reply) => {
      const isTheirs = error.statusCode !== undefined && error.statusCode < 500;
      if (!isTheirs) request.log.error({ err: error }, 'unexpected error');
      return sendError(parts, reply, nobody, {
        code: isTheirs ? 'ILLEGAL_ARGUMENT' : 'SYSTEM_ERROR',
        why: isTheirs ? 'the body cannot be read or is larger than 2 MiB' : '',
      });
    });
    for (const url of paths)
      app.route({
        method: ['GET', 'POST'],
        url,
        handler: (request, reply) => answerTo(parts, request, reply),
      });
  };

const nobody: Asked = {
  service: null,
  charset: 'UTF-8',
  signType: 'MD5',
  parameters: new Map(),
  access: null,
};

async function answerTo(parts: GatewayParts, request: FastifyRequest, reply: FastifyReply) {
  let asked = nobody;
  try {
    const { form, file } = formOf(request);
    const name = serviceNameOf(request, form);
    const service = isServiceName(name) ? name : null;
    asked = { ...nobody, service, charset: form.charset, parameters: form.parameters };
    if (service === null) throw new GatewayRefusal('ILLEGAL_SERVICE');
    const { access, signType } = await authenticate(parts, form, service);
    asked = { ...asked, access, signType };
    const now = parts.clock.now();
    const call: GatewayCall = {
      access,
      signType,
      charset: form.charset,
      parameters: form.parameters,
      file,
      now,
    };
    const body = bodyOf(parts, service, form);
    return await sendAnswer(
      parts,
      reply,
      asked,
      await (built[service] as Serve<ServiceName>)(parts, call, body),
    );
  } catch (error) {
    return sendError(parts, reply, asked, refusalOf(error as Error, asked, request));
  }
}

function formOf(request: FastifyRequest): { form: ReceivedForm; file: Uint8Array | null } {
  const url = request.raw.url ?? '';
  const at = url.indexOf('?');
  const query = at < 0 ? '' : url.slice(at + 1);
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const contentType = request.headers['content-type'] ?? '';
  if (!/^multipart\//i.test(contentType)) return { form: readable(readForm(query, body)), file: null };
  const parts = readMultipart(contentType, body);
  if (parts === null) throw new GatewayRefusal('ILLEGAL_ARGUMENT', 'the multipart body cannot be read');
  const inQuery = readable(readForm(query, Buffer.alloc(0)));
  const all = new Map([...inQuery.parameters].map(([name, { bytes }]) => [name, bytes] as const));
  for (const [name, bytes] of parts.fields) {
    const former = all.get(name);
    if (former !== undefined && !bytes.equals(former))
      throw new GatewayRefusal('ILLEGAL_ARGUMENT', 'a parameter came twice with two values');
    all.set(name, bytes);
  }
  return { form: readable(withCharset(all)), file: parts.file };
}

function readable(form: ReturnType<typeof readForm>): ReceivedForm {
  if ('unreadable' in form) throw new GatewayRefusal(form.unreadable, form.why);
  return form;
}

/** The oldest check of call-backs has its own path instead of a service. */
function serviceNameOf(request: FastifyRequest, form: ReceivedForm): string {
  const isNotifyQuery = /^\/trade\/notify_query\.do/.test(request.raw.url ?? '');
  const named = form.parameters.get('service')?.text ?? '';
  return isNotifyQuery && named === '' ? 'notify_verify' : named;
}

function bodyOf(parts: GatewayParts, service: ServiceName, form: ReceivedForm): never {
  const given = [...form.parameters].filter(([, { bytes }]) => bytes.length > 0);
  const parsed = services[service].request.safeParse(
    Object.fromEntries(given.map(([name, { text }]) => [name, text])),
  );
  if (parsed.success) {
    const { notify_url: url } = parsed.data as { notify_url?: string };
    if (url === undefined || parts.mayNotify(url)) return parsed.data as never;
    const why = 'notify_url: it leads to an address that notifications are never sent to';
    throw new GatewayRefusal('ILLEGAL_ARGUMENT', why);
  }
  const issue = parsed.error.issues[0]!;
  throw new GatewayRefusal('ILLEGAL_ARGUMENT', `${issue.path.join('.')}: ${issue.message}`);
}

function refusalOf(error: Error, asked: Asked, request: FastifyRequest): { code: GatewayError; why: string } {
  if (error instanceof GatewayRefusal) return { code: error.code, why: error.message };
  if (error instanceof Rejection) {
    if (error.code === 'unavailable')
      request.log.warn({ err: error.cause ?? error }, 'a neighbour is unavailable');
    const isRefund = asked.service?.includes('refund') === true;
    const code = (isRefund ? refundCodes[error.code] : undefined) ?? gatewayCodes[error.code];
    return { code, why: '' };
  }
  if (isInfrastructureError(error)) request.log.warn({ err: error }, 'a neighbour is unavailable');
  else request.log.error({ err: error }, 'unexpected error');
  return { code: 'SYSTEM_ERROR', why: '' };
}
