// The pages' way to the server: JSON both ways, one deadline, errors with the server's own codes. No answer at all is
// an error of its own kind: the page must not guess what happened.
export type ErrorCode =
  | 'INVALID_REQUEST'
  | 'NOT_SIGNED_IN'
  | 'CODE_WRONG'
  | 'CODE_EXPIRED'
  | 'CODE_TOO_MANY'
  | 'PHONE_UNKNOWN'
  | 'PIN_WRONG'
  | 'PIN_LOCKED'
  | 'PAYMENT_NOT_FOUND'
  | 'PAYMENT_EXPIRED'
  | 'PAYMENT_CANCELLED'
  | 'PAYMENT_ALREADY_PAID'
  | 'PAYMENT_IN_PROGRESS'
  | 'BALANCE_NOT_ENOUGH'
  | 'CARD_DECLINED'
  | 'CARD_NOT_FOUND'
  | 'AMOUNT_LIMIT'
  | 'RISK_REJECTED'
  | 'REQUEST_REUSED'
  | 'NOT_FOUND'
  | 'TOO_MANY_REQUESTS'
  | 'FORBIDDEN'
  | 'UNAVAILABLE';

export class ApiError extends Error {
  readonly code: ErrorCode;
  readonly attemptsLeft: number | undefined;
  readonly retryAt: string | undefined;

  constructor(body: { code: ErrorCode; message: string; attemptsLeft?: number; retryAt?: string }) {
    super(body.message);
    this.code = body.code;
    this.attemptsLeft = body.attemptsLeft;
    this.retryAt = body.retryAt;
  }
}

/** The request went out and nothing came back: what it asked for may or may not have happened. */
export class NetworkLost extends Error {}

const timeoutMs = 20_000;

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
  const said = (answer as { error?: ConstructorParameters<typeof ApiError>[0] } | undefined)?.error;
  throw new ApiError(said ?? { code: 'UNAVAILABLE', message: `the server answered ${response.status}` });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
