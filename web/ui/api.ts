// The pages' way to the server: JSON both ways, one deadline, errors with the server's own codes. No answer at all is
// an error of its own kind: the page must not guess what happened.
import type { ShopperError, ShopperErrorCode } from '@tongbao/protocol/wallet';

type ErrorBody = ShopperError['error'];

export class ApiError extends Error {
  readonly code: ShopperErrorCode;
  readonly attemptsLeft: number | undefined;
  readonly retryAt: string | undefined;
  readonly rule: string | undefined;
  readonly reason: string | undefined;

  constructor(body: ErrorBody) {
    super(body.message);
    this.code = body.code;
    this.attemptsLeft = body.attemptsLeft;
    this.retryAt = body.retryAt;
    this.rule = body.rule;
    this.reason = body.reason;
  }
}

/** The request went out and nothing came back: what it asked for may or may not have happened. */
export class NetworkLost extends Error {}

/** After these nobody knows whether the request was carried out: no answer, or a server that could not say. */
export const isOutcomeUnknown = (error: unknown): boolean =>
  error instanceof NetworkLost || (error instanceof ApiError && error.code === 'UNAVAILABLE');

/** Whether an error is the server's refusal with this code. */
export const isRefusal = (error: unknown, code: ShopperErrorCode): error is ApiError =>
  error instanceof ApiError && error.code === code;

const timeoutMs = 20_000;

/** Calls the server. Throws ApiError for its refusals, NetworkLost when no answer came in time. */
export async function call<Answer>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Answer> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(path, {
      method,
      credentials: 'same-origin',
      signal: AbortSignal.timeout(timeoutMs),
      ...(method === 'GET'
        ? {}
        : {
            headers: { 'content-type': 'application/json', 'x-tongbao-csrf': '1' },
            body: JSON.stringify(body ?? {}),
          }),
    });
    text = await response.text();
  } catch (error) {
    throw new NetworkLost(String(error));
  }
  const answer = parse(text);
  if (response.ok && answer !== undefined) return answer as Answer;
  const said = (answer as { error?: ErrorBody } | null | undefined)?.error;
  throw new ApiError(said ?? { code: 'UNAVAILABLE', message: `the server answered ${response.status}` });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
