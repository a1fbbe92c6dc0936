// Who is calling: client, time, key version, signature, in this order. Answers the merchant, or the result that says
// what is wrong.
import type { IncomingHttpHeaders } from 'node:http';
import { parseSignatureHeader, type Result, result } from '@tongbao/protocol/ams';
import { keyIsValid, type MerchantAccess } from '../../merchants/index.ts';
import { machineClock } from '../../system/index.ts';
import type { AmsParts } from './adapter.ts';
import { explained, unreadable } from './explain-signature.ts';
import { isSignedBy } from './signing.ts';
import { requestTime } from './times.ts';

export interface Received {
  /** As in the request line, after the authority. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export async function authenticate(
  parts: AmsParts,
  received: Received,
): Promise<{ access: MerchantAccess } | { refused: Result }> {
  const no = (code: Parameters<typeof result>[0], message?: string) => ({ refused: result(code, message) });
  const clientId = single(received.headers['client-id']);
  const time = single(received.headers['request-time']);
  const header = single(received.headers.signature);
  if (clientId === null) return no('PARAM_ILLEGAL', 'the header client-id is missing');
  if (time === null) return no('PARAM_ILLEGAL', 'the header request-time is missing');
  const access = await parts.merchants.findByClientId(clientId);
  if (access === null) return no('INVALID_CLIENT', `the client ${clientId.slice(0, 64)} is unknown`);
  const asked = requestTime(time);
  if (asked === null) return no('PARAM_ILLEGAL', 'request-time is neither epoch milliseconds nor ISO 8601');
  if (parts.skewMs !== null && Math.abs(asked.getTime() - machineClock.now().getTime()) > parts.skewMs) {
    return no('PARAM_ILLEGAL', `request-time is more than ${parts.skewMs / 60_000} minutes off`);
  }
  if (header === null) return no('INVALID_SIGNATURE', 'the header signature is missing');
  const signature = parseSignatureHeader(header);
  if (signature !== null && !/^RSA256$/i.test(signature.algorithm))
    return no('INVALID_SIGNATURE', 'the algorithm must be RSA256');
  const meant = signature ?? (parts.explain ? unreadable(header) : null);
  if (meant === null) return no('INVALID_SIGNATURE', headerUnreadable);
  const now = parts.clock.now();
  const key = access.keys.find((candidate) => candidate.version === meant.keyVersion);
  if (key === undefined || !keyIsValid(key, now)) {
    return no(
      'KEY_NOT_FOUND',
      `key version ${meant.keyVersion} of this client ${key === undefined ? 'does not exist' : 'is retired'}`,
    );
  }
  const message = { path: received.path, clientId, time };
  const isTest = access.contract.liveFrom > now && parts.onTestCall !== undefined;
  const { merchant } = access;
  if (signature !== null && (await isSignedBy(key.publicKey, message, received.body, signature.signature))) {
    if (isTest) await parts.onTestCall({ merchantId: merchant.id, finding: null });
    return { access };
  }
  if (!parts.explain && !isTest) return no('INVALID_SIGNATURE');
  if (!parts.explain && !hasPatience()) return no('INVALID_SIGNATURE');
  const sent = unreadable(header)?.sent ?? '';
  const finding = await explained(parts, { access, key, time, received, sent });
  // Before its first day a merchant reads there what is wrong, who sent it or not; the wire says no more than afterwards.
  if (isTest) await parts.onTestCall({ merchantId: merchant.id, finding });
  return no('INVALID_SIGNATURE', parts.explain ? finding : undefined);
}

/** The doctor tries every key there is, and whoever knows a client's id can call the doctor: once a second in a process. */
let explainedAt = 0;
const explainEveryMs = 1_000;
function hasPatience(): boolean {
  const now = machineClock.now().getTime();
  if (Math.abs(now - explainedAt) < explainEveryMs) return false;
  explainedAt = now;
  return true;
}

const headerUnreadable = 'the header signature cannot be read: algorithm=RSA256,keyVersion=1,signature=…';

function single(value: string | string[] | undefined): string | null {
  const text = Array.isArray(value) ? value[0] : value;
  return text === undefined || text === '' ? null : text;
}
