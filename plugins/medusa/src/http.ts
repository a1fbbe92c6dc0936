// The shapes of Medusa's (Express's) requests and responses, as far as the routes use them.
import type { Container } from './engine.ts';

export interface Request {
  readonly scope: Container;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
  /** Kept by the middleware: the signature is over the bytes, not over what JSON makes of them. */
  readonly rawBody?: Buffer;
}

export interface Response {
  status(code: number): Response;
  setHeader(name: string, value: string): void;
  type(contentType: string): Response;
  send(body: string): unknown;
  json(body: object): unknown;
  redirect(status: number, url: string): unknown;
}

/** One text of a query or a body; undefined when it is absent, or no text. */
export function textIn(from: unknown, name: string): string | undefined {
  const value = (from as Record<string, unknown> | null | undefined)?.[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
