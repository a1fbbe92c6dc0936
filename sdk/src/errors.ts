// What can be wrong with an answer itself. A refusal of the gateway is not an error here: it is an answer.

/**
 * no-answer: nothing came back; the request may have been carried out: send the same one again.
 * answer-not-signed, answer-not-understood: do not believe it; ask again or look at your keys.
 * notification-not-signed, notification-foreign, notification-not-understood: answer it with an error status.
 */
export type GatewayErrorCode =
  | 'no-answer'
  | 'answer-not-signed'
  | 'answer-not-understood'
  | 'notification-not-signed'
  | 'notification-foreign'
  | 'notification-not-understood';

export class GatewayError extends Error {
  readonly code: GatewayErrorCode;

  constructor(code: GatewayErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'GatewayError';
    this.code = code;
  }
}
