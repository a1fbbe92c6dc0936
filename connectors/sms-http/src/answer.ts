// What the answer of an SMS service says about the message. Pure.
import type { MessageAnswer } from '@tongbao/connector-interface';

/** No connection was made, or none that we trust: nothing can have gone. */
const before = new Set(['blocked', 'dns', 'refused', 'tls']);

/** Null: unknown. */
export const failureOf = (reason: string): MessageAnswer | null =>
  before.has(reason) ? { outcome: 'later', answer: reason } : null;

/**
 * 2xx: taken, unless its words say no (`saysNo`). 400 and 422 are about this message. Other 4xx are about us, or about now;
 * 503 says that it was not done. What is left (other 5xx, 3xx) is unknown: null.
 */
export function answerOf(status: number, body: string): MessageAnswer | null {
  const answer = String(status);
  if (status >= 200 && status <= 299)
    return saysNo(body)
      ? { outcome: 'later', answer: `${status} with an error` }
      : { outcome: 'accepted', answer };
  if (status === 400 || status === 422) return { outcome: 'refused', answer };
  if ((status >= 400 && status <= 499) || status === 503) return { outcome: 'later', answer };
  return null;
}

const no = /^\W{0,3}(err|fail|reject|denied|invalid|unauthori[sz]ed|no\b)/i;

/**
 * Whether the body of a 2xx answer says no: a page of HTML (a portal in between); JSON whose `error` or `errors` is something,
 * whose `success` or `ok` is false, or whose `status`, `state` or `result` begins like error, failed or rejected; another
 * text that begins like that. Numbers are not judged: 0 is success with some, failure with others.
 */
export function saysNo(body: string): boolean {
  const text = body.trim();
  if (text.startsWith('<')) return true;
  const json = objectOf(text);
  if (json === null) return no.test(text);
  const isSomething = (value: unknown): boolean =>
    value !== undefined &&
    value !== null &&
    value !== false &&
    value !== '' &&
    value !== 0 &&
    !(Array.isArray(value) && value.length === 0);
  if (isSomething(json.error) || isSomething(json.errors)) return true;
  if (json.success === false || json.ok === false) return true;
  return [json.status, json.state, json.result].some((word) => typeof word === 'string' && no.test(word));
}

function objectOf(text: string): Record<string, unknown> | null {
  if (!text.startsWith('{')) return null;
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return null;
  }
}
