// How this protocol tells a merchant, and sends a shopper back: the same five facts, signed in the way the order was
// (reference, sections 1.6 and 1.7).
import { formatMajor } from '@tongbao/money';
import { formOf, type SignType, saidPlainly, spacedTime } from '@tongbao/protocol/gateway';
import type { Channel, Notification } from '../../notifications/index.ts';
import type { Payment } from '../../payments/index.ts';
import type { GatewayParts } from './parts.ts';
import { signatureOf } from './signing.ts';
import { mannerOf, tradeFacts } from './trade.ts';

type ChannelParts = Pick<GatewayParts, 'payments' | 'merchants' | 'clock' | 'gatewayKey' | 'notifyIds'> & {
  readonly choices: Pick<GatewayParts['choices'], 'retryGapsMs'>;
};
type Facts = Readonly<Record<string, string>>;

export function gatewayChannel(parts: ChannelParts): Channel {
  return {
    async compose(notification) {
      return Buffer.from(JSON.stringify(await factsOf(parts, notification)), 'utf8');
    },
    async seal(notification, body) {
      const { charset, signType, ...facts } = JSON.parse(body.toString('utf8')) as Record<string, string>;
      const manner = {
        charset: charset === 'GBK' ? 'GBK' : 'UTF-8',
        signType: signType as SignType,
      } as const;
      const said = { ...facts, notify_time: spacedTime(parts.clock.now()), _input_charset: manner.charset };
      return Buffer.from(
        formOf(await signed(parts, notification.merchantId, said, manner), manner.charset),
        'ascii',
      );
    },
    headers: async () => ({ 'content-type': 'application/x-www-form-urlencoded' }),
    retryGapsMs: () => parts.choices.retryGapsMs,
    isAcknowledged: (status, head) => isAcknowledged(status, head),
  };
}

/** The word alone, in any letter case, with at most a line end after it. */
export const isAcknowledged = (status: number, head: Buffer): boolean =>
  status === 200 && /^success\r?\n?$/i.test(head.toString('latin1'));

/** What no retry changes; the time and the signature come on top at each attempt. */
async function factsOf(parts: ChannelParts, notification: Notification): Promise<Facts> {
  const payment = (await parts.payments.findById(notification.paymentId))!;
  const notify_id = parts.notifyIds.of(notification.id);
  const manner = mannerOf(payment);
  if (notification.kind === 'payment') {
    const status = payment.paidAt === null ? 'TRADE_CLOSED' : 'TRADE_FINISHED';
    const { passback } = payment.order.channelData;
    return {
      ...manner,
      notify_id,
      notify_type: 'trade_status_sync',
      ...tradeFacts(payment, status),
      ...(typeof passback === 'string' ? { extra_common_param: passback } : {}),
    };
  }
  const refund = (await parts.payments.findRefundById(notification.subjectId))!;
  return {
    ...manner,
    notify_id,
    notify_type: 'refund_status_sync',
    out_trade_no: payment.requestId,
    out_return_no: refund.requestId,
    currency: refund.amount.currency,
    return_amount: formatMajor(refund.amount),
    refund_status: refund.status === 'succeeded' ? 'REFUND_SUCCESS' : 'REFUND_FAIL',
  };
}

async function signed(
  parts: Pick<GatewayParts, 'merchants' | 'gatewayKey'>,
  merchantId: bigint,
  facts: Facts,
  manner: { charset: 'UTF-8' | 'GBK'; signType: SignType },
): Promise<Facts> {
  const { merchant } = await parts.merchants.get(merchantId);
  const signer = { md5Key: merchant.classicMd5Key, privateKey: parts.gatewayKey.privateKey };
  const said = saidPlainly(facts);
  return { ...said, sign: await signatureOf(signer, said, manner), sign_type: manner.signType };
}

/** Where the shopper goes back to: the shop's URL, its own query kept, with our seven parameters when it is paid. */
export async function returnUrlOf(
  parts: Pick<GatewayParts, 'merchants' | 'gatewayKey'>,
  payment: Payment,
): Promise<string> {
  const { redirectUrl, channel } = payment.order;
  if (channel !== 'gateway' || payment.paidAt === null || redirectUrl === '') return redirectUrl;
  const manner = mannerOf(payment);
  const facts = await signed(parts, payment.merchantId, tradeFacts(payment, 'TRADE_FINISHED'), manner);
  const [wholeUrl, fragment] = redirectUrl.split(/(?=#)/) as [string, string | undefined];
  const url = withoutNames(wholeUrl, Object.keys(facts));
  const joint = !url.includes('?') ? '?' : /[?&]$/.test(url) ? '' : '&';
  return `${url}${joint}${formOf(facts, manner.charset)}${fragment ?? ''}`;
}

/** The URL without the parameters of its own query that have one of these names: each of ours arrives once. */
function withoutNames(url: string, names: readonly string[]): string {
  const at = url.indexOf('?');
  if (at < 0) return url;
  // Some languages read a dot, a blank or a bracket in a name as an underscore.
  const nameOf = (pair: string): string => {
    const [name] = new URLSearchParams(pair).keys();
    return (name ?? '')
      .trim()
      .replace(/[. [\]]/g, '_')
      .toLowerCase();
  };
  const pairs = url.slice(at + 1).split('&');
  const kept = pairs.filter((pair) => !names.includes(nameOf(pair)));
  return kept.length === pairs.length
    ? url
    : `${url.slice(0, at)}${kept.length > 0 ? `?${kept.join('&')}` : ''}`;
}
