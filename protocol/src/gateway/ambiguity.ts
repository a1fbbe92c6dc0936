// The signing string joins unescaped values, so one string could be cut into parameters in several ways, and a stranger
// could send a signed order again with another amount. The format is inherited; this file refuses what makes it
// ambiguous. Of all ways to cut one signed string at most one is accepted (see the argument at `ambiguityOf`).
import type { ReceivedParameter } from './form.ts';
import { services } from './services.ts';

/** Names that the protocol documents and no schema here asks for, and the names that we say ourselves. */
const otherNames = [
  '_input_charset partner service sign sign_type timestamp app_pay auth_token buyer_email buyer_id defaultbank discount',
  'extend_params extra_common_param flag_trade_locked gmt_close gmt_create gmt_payment gmt_refund is_total_fee_adjust',
  'logistics_fee merchant_url notify_id notify_time notify_type operator_role passback_params payment_inst payment_type',
  'paymethod qr_pay_mode qrcode_width refer_url refund_fee refund_status return_fee return_url royalty_parameters',
  'royalty_type seller_account_name seller_email seller_id seller_industry sendFormat show_url',
  'specified_pay_channel to_buyer_fee to_seller_fee trade_no trade_status use_coupon use_freeze_amount',
].join(' ');

/** Every name that means something in this protocol, in lower case. */
export const knownNames: ReadonlySet<string> = new Set(
  [
    ...otherNames.split(' '),
    ...Object.values(services).flatMap(({ request }) => Object.keys(request.shape)),
  ].map((name) => name.toLowerCase()),
);

/** Addresses: a shop's own query (`?a=1&b=2`) is usual there, so no unknown parameter may follow one. */
const addresses: ReadonlySet<string> = new Set(['merchant_url', 'notify_url', 'refer_url', 'return_url']);

/**
 * Of what we say ourselves: a text of a shop (an older order's, one of another protocol) must not read like one of our
 * parameters. Its `&` becomes the full-width one, which no reader takes for a joint.
 */
export const saidPlainly = (parameters: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [
      name,
      value.replace(/&(?=([^&=]*)=)/g, (joint, inside: string) => (isKnown(inside) ? '＆' : joint)),
    ]),
  );

const isName = (text: string): boolean => /^[\x21-\x25\x27-\x3c\x3e-\x7e]{1,128}$/.test(text);
const isKnown = (name: string): boolean => knownNames.has(name.toLowerCase());

/** What reads like the beginning of a parameter inside a value: each `&NAME=`. */
function namesInside(value: string): string[] {
  return [...value.matchAll(/&([^&=]*)=/g)].map((match) => match[1]!).filter(isName);
}

export interface Ambiguity {
  readonly parameter: string;
  /** For the engineer at the shop. */
  readonly why: string;
}

const found = (parameter: string, why: string): Ambiguity => ({ parameter, why });
const readsLike = (parameter: string, inside: string): Ambiguity =>
  found(
    parameter,
    `${parameter}: the value contains "&${inside}=", which can be read as another parameter; write the & in another way (and, ＆, in an address %26) and sign again`,
  );

/**
 * What of a request's parameters can be read in two ways; null when nothing can.
 *
 * Why one signed string has at most one accepted reading: names have no `&` and no `=`, so a reading is a choice among the
 * string's `&NAME=`, in ascending order of names. A known name inside a value is refused, so every reading cuts at every
 * known name. Between two known names the first unknown one that could be cut has to be cut, since the value before it
 * would contain it; so has the next one, and so on. After an address with a query nothing unknown may be cut, and in an
 * address without a query there is no `&`.
 */
export function ambiguityOf(parameters: ReadonlyMap<string, ReceivedParameter>): Ambiguity | null {
  const kept = [...parameters]
    .filter(([name, { bytes }]) => bytes.length > 0 && name !== 'sign' && name !== 'sign_type')
    .map(([name, { bytes }]) => ({ name, value: new TextDecoder('latin1').decode(bytes) }))
    .sort((left, right) => (left.name < right.name ? -1 : 1));
  return ambiguousName([...parameters.keys()]) ?? ambiguousValue(kept);
}

function ambiguousName(names: readonly string[]): Ambiguity | null {
  const seen = new Set<string>();
  for (const name of names) {
    const lower = name.toLowerCase();
    if (!isName(name))
      return found(name, 'the name of a parameter has other characters than visible ASCII, or & or =');
    if (seen.has(lower)) return found(name, `${name}: two names differ in letter case only`);
    if (isKnown(name) && name !== lower && name !== 'sendFormat')
      return found(name, `${name}: the name is written ${lower}`);
    seen.add(lower);
  }
  return null;
}

function ambiguousValue(kept: readonly { name: string; value: string }[]): Ambiguity | null {
  const carried = new Set(kept.map(({ name }) => name.toLowerCase()));
  for (const [at, { name, value }] of kept.entries()) {
    const nextKnown = kept.slice(at + 1).find((later) => isKnown(later.name))?.name;
    const couldFollow = (other: string): boolean =>
      other > name && (nextKnown === undefined || other < nextKnown);
    const inside = namesInside(value);
    const known = inside.find((other) => isKnown(other) || carried.has(other.toLowerCase()));
    if (known !== undefined) return readsLike(name, known);
    if (!addresses.has(name)) {
      const unknown = inside.find(couldFollow);
      if (unknown !== undefined) return readsLike(name, unknown);
      continue;
    }
    const query = value.indexOf('?');
    const joint = value.indexOf('&');
    if (joint >= 0 && (query < 0 || joint < query))
      return found(name, `${name}: an & stands before the query begins`);
    const follower = kept[at + 1]?.name;
    if (query >= 0 && follower !== undefined && !isKnown(follower))
      return found(
        follower,
        `${follower}: an unknown parameter right after ${name} could be a part of its query`,
      );
  }
  return null;
}
