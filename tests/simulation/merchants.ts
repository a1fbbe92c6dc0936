// The shops' endpoints and the network before them: notifications are lost, doubled, late, answered slowly, hugely, with
// garbage. What befalls an attempt depends on the seed and on what is told, not on the order in which things are sent.
import { createHash, createPublicKey, verify } from 'node:crypto';
import type { Outbound, OutboundAnswer, OutboundPost } from '../../platform/src/system/index.ts';
import { shops } from './cast.ts';
import { drawn } from './chance.ts';

export type TellingFate =
  | 'well'
  | 'lost'
  | 'answer-lost'
  | 'slow'
  | 'huge'
  | 'garbage'
  | 'error-500'
  | 'doubled'
  | 'late';

const fates: readonly TellingFate[] = [
  ...['well', 'well', 'well', 'well', 'well', 'well', 'well', 'well'].map(() => 'well' as const),
  'lost',
  'answer-lost',
  'slow',
  'huge',
  'garbage',
  'error-500',
  'doubled',
  'late',
];
/** From this attempt on everything arrives: eight failures in a row would only show that the timetable ends. */
const alwaysWellFrom = 6;

/** One notification as it left the platform. */
export interface Told {
  /** In the order of leaving. */
  readonly order: number;
  readonly at: number;
  readonly kind: 'payment' | 'refund';
  /** The shop's ids. */
  readonly paymentRequestId: string;
  readonly refundRequestId: string;
  readonly success: boolean;
  /** The amounts that it states, as text: what was asked, and what the shopper paid or got; empty where it says none. */
  readonly amount: string;
  readonly payerAmount: string;
  readonly body: string;
  /** The shops (by their place in the cast) for whom it is signed. */
  readonly genuineFor: readonly number[];
  readonly fate: TellingFate;
  readonly attempt: number;
}

export interface Shops {
  readonly outbound: Outbound;
  readonly told: Told[];
  readonly happened: Map<TellingFate, number>;
  /** How often each shop's endpoint was reached, late and doubled ones counted. */
  arrivals(): number;
  /** The keys of the classic gateway, in the cast's order. */
  knowKeys(md5Keys: readonly string[]): void;
}

const acknowledged = Buffer.from(
  '{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"}}',
);

export function createShops(parts: {
  seed: number;
  now: () => number;
  gatewayPublicKey: () => string;
}): Shops {
  const told: Told[] = [];
  const happened = new Map<TellingFate, number>();
  const attempts = new Map<string, number>();
  let md5Keys: readonly string[] = [];
  let arrived = 0;

  function post(request: OutboundPost): OutboundAnswer {
    const facts = factsOf(request, parts.gatewayPublicKey(), md5Keys);
    const key = `${facts.kind}/${facts.paymentRequestId}/${facts.refundRequestId}`;
    const attempt = (attempts.get(key) ?? 0) + 1;
    attempts.set(key, attempt);
    const fate = attempt >= alwaysWellFrom ? 'well' : fates[drawn(parts.seed, fates.length, key, attempt)]!;
    happened.set(fate, (happened.get(fate) ?? 0) + 1);
    told.push({ ...facts, order: told.length, at: parts.now(), fate, attempt });
    arrived += fate === 'lost' ? 0 : fate === 'doubled' ? 2 : 1;
    return answerOf(fate, facts.isClassic);
  }
  return {
    told,
    happened,
    arrivals: () => arrived,
    knowKeys(keys) {
      md5Keys = keys;
    },
    outbound: {
      post: (request) => Promise.resolve(post(request)),
      getText: () => Promise.reject(new Error('the simulation fetches nothing')),
      get: () => Promise.reject(new Error('the simulation fetches nothing')),
      close: () => undefined,
    },
  };
}

function answerOf(fate: TellingFate, isClassic: boolean): OutboundAnswer {
  const latencyMs = 1;
  const failed = (reason: 'timeout' | 'reset' | 'refused' | 'too-large', detail: string): OutboundAnswer => ({
    kind: 'failed',
    reason,
    detail,
    latencyMs,
  });
  const answered = (status: number, head: Buffer): OutboundAnswer => ({
    kind: 'answered',
    status,
    head,
    latencyMs,
  });
  switch (fate) {
    case 'lost':
      return failed('refused', 'connection refused');
    case 'answer-lost':
      return failed('reset', 'the connection was closed');
    case 'slow':
    case 'late':
      return failed('timeout', 'no answer within 10000 ms');
    case 'huge':
      return failed('too-large', 'the answer is longer than 65536 bytes');
    case 'garbage':
      return answered(200, Buffer.from([0xff, 0, 0x7b, 0x22, ...Buffer.from('success? {"result":{}')]));
    case 'error-500':
      return answered(500, acknowledged);
    default:
      return answered(200, isClassic ? Buffer.from('success') : acknowledged);
  }
}

type Facts = Omit<Told, 'order' | 'at' | 'fate' | 'attempt'> & { readonly isClassic: boolean };

function factsOf(request: OutboundPost, gatewayPublicKey: string, md5Keys: readonly string[]): Facts {
  const type = request.headers['content-type'] ?? '';
  return type.startsWith('application/json')
    ? amsFacts(request, gatewayPublicKey)
    : classicFacts(request, md5Keys);
}

interface AmsBody {
  readonly notifyType: string;
  readonly result: { readonly resultStatus: string };
  readonly paymentRequestId?: string;
  readonly refundRequestId?: string;
  readonly paymentAmount?: { readonly value: string };
  readonly actualPaymentAmount?: { readonly value: string };
  readonly refundAmount?: { readonly value: string };
  readonly actualRefundAmount?: { readonly value: string };
}

function amsFacts(request: OutboundPost, gatewayPublicKey: string): Facts {
  const text = request.body.toString('utf8');
  const body = JSON.parse(text) as AmsBody;
  const { headers } = request;
  const key = createPublicKey({ key: Buffer.from(gatewayPublicKey, 'base64'), format: 'der', type: 'spki' });
  const signature = decodeURIComponent(/signature=(.+)$/.exec(headers.signature ?? '')?.[1] ?? '');
  const content = `POST ${new URL(request.url).pathname}\n${headers['client-id']}.${headers['request-time']}.${text}`;
  const isRefund = body.notifyType === 'REFUND_RESULT';
  return {
    isClassic: false,
    kind: isRefund ? 'refund' : 'payment',
    paymentRequestId: body.paymentRequestId ?? '',
    refundRequestId: body.refundRequestId ?? '',
    success: body.result.resultStatus === 'S',
    amount: (isRefund ? body.refundAmount : body.paymentAmount)?.value ?? '',
    payerAmount: (isRefund ? body.actualRefundAmount : body.actualPaymentAmount)?.value ?? '',
    body: text,
    genuineFor: verify('RSA-SHA256', Buffer.from(content), key, Buffer.from(signature, 'base64'))
      ? shops.flatMap(({ clientId }, index) => (clientId === headers['client-id'] ? index : []))
      : [],
  };
}

function classicFacts(request: OutboundPost, md5Keys: readonly string[]): Facts {
  const form = new URLSearchParams(request.body.toString('latin1'));
  const said = (name: string): string => form.get(name) ?? '';
  const isRefund = said('notify_type') === 'refund_status_sync';
  return {
    isClassic: true,
    kind: isRefund ? 'refund' : 'payment',
    paymentRequestId: said('out_trade_no'),
    refundRequestId: said('out_return_no'),
    success: isRefund
      ? said('refund_status') === 'REFUND_SUCCESS'
      : said('trade_status') === 'TRADE_FINISHED',
    amount: (isRefund ? said('return_amount') : said('total_fee')).replace('.', ''),
    payerAmount: '',
    // Time and signature are made anew at each attempt.
    body: ['notify_id', 'trade_no', 'out_trade_no', 'out_return_no', 'total_fee', 'trade_status']
      .map(said)
      .join(','),
    genuineFor: md5Keys.flatMap((key, index) => (classicSignature(form, key) === said('sign') ? index : [])),
  };
}

/** MD5 over the sorted parameters with the shop's key behind them. */
function classicSignature(form: URLSearchParams, md5Key: string): string {
  const text = [...form]
    .filter(([name, value]) => name !== 'sign' && name !== 'sign_type' && value !== '')
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  return createHash('md5').update(`${text}${md5Key}`, 'utf8').digest('hex');
}
