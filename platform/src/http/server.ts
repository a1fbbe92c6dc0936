// The HTTP server: what is common to every adapter and nothing else. Each adapter is a sealed plugin with its own
// parser, authorization and error shape.
import type { IncomingMessage, ServerResponse } from 'node:http';
import fastify, { type FastifyInstance, type FastifyPluginAsync, LogController } from 'fastify';
import helmet from 'helmet';
import type { Logger } from 'pino';

export interface ServerOptions {
  readonly logger: Logger;
  /** For https: a key and certificate in PEM. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** How browsers reach it; absent: at the address that they send their requests to. */
  readonly site?: OwnSite;
  /** Whether a proxy at this address says truly whom it speaks for; `hop` 0 is who connected. Absent: none does. */
  readonly trustsProxy?: (address: string, hop: number) => boolean;
  readonly adapters: readonly FastifyPluginAsync[];
  /** True once everything is usable. */
  readonly healthy: () => Promise<boolean>;
}

/** Where our pages are: at the public address, and in a sandbox wherever somebody has opened them. */
interface OwnSite {
  readonly publicUrl: string;
  readonly isOnlyThere: boolean;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Whether the browser came by https, here or at the proxy in front: cookies are then `Secure`. */
    readonly isOverTls: boolean;
    /** Absent on a server that nobody told. */
    readonly ownSite?: OwnSite;
  }
}

/** `POST https://host/ams/... HTTP/1.1`: some official clients send the absolute form; routes see the origin form. */
export function originForm(target: string): string {
  const absolute = /^https?:\/\/[^/?#]*/i.exec(target);
  if (absolute === null) return target;
  const rest = target.slice(absolute[0].length);
  return rest.startsWith('/') ? rest : `/${rest}`;
}

/** What helmet says, asked once: as its plugin it works them out anew for each request, for a tenth of a payment's time. */
function securityHeaders(overTls: boolean): Readonly<Record<string, string>> {
  const apply = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        // Charts and dialogs set CSS variables in style attributes.
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    // The sandbox speaks plain http on localhost; a browser must not remember otherwise.
    strictTransportSecurity: overTls,
    crossOriginOpenerPolicy: false,
    referrerPolicy: { policy: 'no-referrer' },
  });
  const headers: Record<string, string> = {};
  const answer = {
    setHeader(name: string, value: string) {
      headers[name.toLowerCase()] = value;
    },
    removeHeader: () => undefined,
  };
  apply({} as IncomingMessage, answer as unknown as ServerResponse, (error?: unknown) => {
    if (error !== undefined) throw error;
  });
  return headers;
}

const hostPattern = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/i;

/**
 * A request names one host, as RFC 9112 section 3.2 has it: with two, or with something else than a name and a port,
 * the proxy in front and we may each understand another one.
 */
function assertOneHost({ rawHeaders }: IncomingMessage): void {
  let host: string | null = null;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!;
    if (name.length !== 4 || name.toLowerCase() !== 'host') continue;
    if (host !== null) throw badRequest('two Host headers');
    host = rawHeaders[at + 1]!;
  }
  // HTTP/1.0 knows no Host; without one in HTTP/1.1 the parser has refused the request already.
  if (host !== null && !hostPattern.test(host)) throw badRequest('the Host header is no host');
}

const badRequest = (message: string): Error & { statusCode: number } =>
  Object.assign(new Error(message), { statusCode: 400 });

/** Says once that a proxy's word is not taken: until it is, all shoppers behind it are counted as one. */
function untrustedForwards({ logger, trustsProxy }: ServerOptions): (request: IncomingMessage) => void {
  let said = false;
  return ({ headers, socket }) => {
    if (said || headers['x-forwarded-for'] === undefined) return;
    const address = socket.remoteAddress ?? '';
    if (trustsProxy?.(address, 0) === true) return;
    said = true;
    logger.warn(
      { address },
      'X-Forwarded-For is not believed from here; TONGBAO_TRUSTED_PROXIES says whose is',
    );
  };
}

export async function createServer(options: ServerOptions): Promise<FastifyInstance> {
  const app = fastify({
    loggerInstance: options.logger,
    logController: new LogController({ disableRequestLogging: true }),
    rewriteUrl: (request: { url?: string }) => originForm(request.url ?? '/'),
    bodyLimit: 1024 * 1024,
    // Long GETs of the classic gateway and long keep-alive clients; every wait is bounded.
    requestTimeout: 60_000,
    keepAliveTimeout: 30_000,
    routerOptions: { maxParamLength: 200 },
    forceCloseConnections: true,
    trustProxy: options.trustsProxy ?? false,
    http: { maxHeaderSize: 64 * 1024 },
    ...(options.tls === undefined
      ? {}
      : { https: { key: options.tls.key, cert: options.tls.cert, maxHeaderSize: 64 * 1024 } }),
  } as Parameters<typeof fastify>[0]) as unknown as FastifyInstance;

  const { site } = options;
  const isOverTls =
    options.tls !== undefined || (site?.isOnlyThere === true && site.publicUrl.startsWith('https://'));
  app.decorateRequest('isOverTls', { getter: () => isOverTls });
  const headers = securityHeaders(isOverTls);
  if (site !== undefined) app.decorateRequest('ownSite', { getter: () => site });
  const watch = untrustedForwards(options);
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(headers);
    assertOneHost(request.raw);
    watch(request.raw);
  });

  app.get('/healthz', async (_request, reply) => {
    const ok = await options.healthy().catch(() => false);
    return reply.status(ok ? 200 : 503).send({ ok });
  });

  app.setNotFoundHandler((request, reply) => {
    void reply.status(404).send({
      error: { code: 'NOT_FOUND', message: `nothing is served at ${request.method} ${request.url}` },
    });
  });
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) request.log.error({ err: error }, 'unexpected error');
    const message = status >= 500 ? `unexpected error; it is logged under ${request.id}` : error.message;
    void reply
      .status(status)
      .send({ error: { code: status >= 500 ? 'UNAVAILABLE' : 'INVALID_REQUEST', message } });
  });

  for (const adapter of options.adapters) await app.register(adapter);
  return app;
}
