// What the sandbox does to a merchant's notifications on purpose, and what it saw his endpoint answer. In memory: a
// restart ends the chaos and forgets what was seen.
import type { ChaosSettings } from '@tongbao/protocol/sandbox';
import type { Carry } from '../notifications/index.ts';
import type { OutboundAnswer, Randomness } from '../system/index.ts';

/** One request to the merchant's endpoint. */
export interface Observation {
  /** `again`: the same bytes after he had taken them; `late`: the first that is sent of what was held back or dropped. */
  readonly what: 'true' | 'again' | 'tampered' | 'late';
  readonly taken: boolean;
  readonly status: number | null;
  readonly latencyMs: number;
}

export interface ChaosSwitch {
  readonly carry: Carry;
  settings(merchantId: bigint): ChaosSettings;
  set(merchantId: bigint, changed: Partial<ChaosSettings>): ChaosSettings;
  /** The latest `observationsKept`. */
  observed(merchantId: bigint): readonly Observation[];
}

export const calm: ChaosSettings = {
  duplicatePercent: 0,
  reorderPercent: 0,
  delayPercent: 0,
  delayMs: 1_000,
  dropPercent: 0,
  tamperPercent: 0,
};

const observationsKept = 500;
/** Notifications of which it is remembered that the merchant has taken them, or is still to get them late. */
const remembered = 10_000;

export function createChaosSwitch(parts: {
  readonly randomness: Randomness;
  readonly pause: (ms: number) => Promise<void>;
}): ChaosSwitch {
  const chosen = new Map<bigint, ChaosSettings>();
  const seen = new Map<bigint, Observation[]>();
  const taken = new Set<bigint>();
  const withheld = new Set<bigint>();
  const settings = (merchantId: bigint) => chosen.get(merchantId) ?? calm;
  const happens = (percent: number) => parts.randomness.below(100) < percent;

  function observe(merchantId: bigint, observation: Observation): void {
    const observations = seen.get(merchantId) ?? [];
    observations.push(observation);
    if (observations.length > observationsKept) observations.shift();
    seen.set(merchantId, observations);
  }

  const carry: Carry = async (notification, request, road) => {
    const { id, merchantId } = notification;
    const { delayPercent, delayMs, ...rates } = settings(merchantId);
    const send = async (what: Observation['what'], sent = request): Promise<OutboundAnswer> => {
      const answer = await road.post(sent);
      const status = answer.kind === 'answered' ? answer.status : null;
      observe(merchantId, { what, taken: road.isTaken(answer), status, latencyMs: answer.latencyMs });
      return answer;
    };
    if (notification.attempts === 0 && happens(rates.reorderPercent))
      return withhold(id, 'held back until the next attempt, so that later ones overtake it');
    if (happens(rates.dropPercent)) return withhold(id, 'dropped');
    if (happens(delayPercent)) await parts.pause(delayMs);
    if (happens(rates.tamperPercent)) await send('tampered', { ...request, body: tampered(request.body) });
    const known = taken.has(id);
    const answer = await send(known ? 'again' : withheld.has(id) ? 'late' : 'true');
    if (!road.isTaken(answer)) return answer;
    remember(taken, id);
    withheld.delete(id);
    if (happens(rates.duplicatePercent)) await send('again');
    return answer;
  };

  function withhold(id: bigint, detail: string): OutboundAnswer {
    remember(withheld, id);
    return { kind: 'failed', reason: 'other', detail: `chaos: ${detail}`, latencyMs: 0 };
  }

  return {
    carry,
    settings,
    set(merchantId, changed) {
      const next = { ...settings(merchantId), ...changed };
      chosen.set(merchantId, next);
      return next;
    },
    observed: (merchantId) => seen.get(merchantId) ?? [],
  };
}

function remember(ids: Set<bigint>, id: bigint): void {
  ids.add(id);
  for (const oldest of ids) {
    if (ids.size <= remembered) break;
    ids.delete(oldest);
  }
}

/** The same body with one digit of an amount, or else of whatever comes first, changed. */
export function tampered(body: Buffer): Buffer {
  const text = body.toString('latin1');
  const place = /("value":"|_fee=|amount=)\d/.exec(text) ?? /()\d/.exec(text);
  if (place === null) return Buffer.concat([body, Buffer.from(' ')]);
  const at = place.index + place[0].length - 1;
  const changed = Buffer.from(body);
  // 0x30 is '0'. The next digit, and 1 after 9: never a leading zero.
  changed[at] = changed[at] === 0x39 ? 0x31 : changed[at]! + 1;
  return changed;
}
