// The HTTP server: what is common to every adapter and nothing else. Each adapter is a sealed plugin with its own
// parser, authorization and error shape.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import fastify, {
  type FastifyInstance,
  type FastifyPluginAsync,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import helmet from 'helmet';
import type { Logger } from 'pino';
import {
  answerUnreadable,
  faultOfFraming,
  originForm,
  refusalBody,
  timesOfConnections,
  watchAnswers,
} from './framing.ts';

export interface ServerOptions {
  readonly logger: Logger;
  /** For https: a key and certificate in PEM. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** How browsers reach it; absent: at the address that they send their requests to. */
  readonly site?: OwnSite;
  /** Whether a proxy at this address says truly whom it speaks for; `hop` 0 is who connected. Absent: none does. */
  readonly trustsProxy?: (address: string, hop: number) => boolean;
  readonly adapters: readonly FastifyPluginAsync[];
  /** Whether a probe is this installation's own: then it is told what arrived of it. Absent: nobody is. */
  readonly isProbe?: (token: string) => boolean;
  readonly now?: () => Date;
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
  const wire = { maxHeaderSize: 64 * 1024, requireHostHeader: false, ...timesOfConnections };
  const { site } = options;
  const isOverTls =
    options.tls !== undefined || (site?.isOnlyThere === true && site.publicUrl.startsWith('https://'));
  const headers = securityHeaders(isOverTls);
  const app = fastify({
    loggerInstance: options.logger,
    logController: new LogController({ disableRequestLogging: true }),
    rewriteUrl: (request: { url?: string }) => originForm(request.url ?? '/'),
    bodyLimit: 1024 * 1024,
    requestTimeout: timesOfConnections.requestTimeout,
    keepAliveTimeout: timesOfConnections.keepAliveTimeout,
    routerOptions: { maxParamLength: 200 },
    forceCloseConnections: true,
    trustProxy: options.trustsProxy ?? false,
    http: wire,
    ...(options.tls === undefined
      ? {}
      : { https: { key: options.tls.key, cert: options.tls.cert, ...wire } }),
    clientErrorHandler: (error: Error & { code?: string; reason?: string }, socket: Socket) =>
      answerUnreadable(error, socket, headers),
    // A path that is no path: before any route, and in the words of all others.
    frameworkErrors: (
      error: Error & { statusCode?: number },
      _request: FastifyRequest,
      reply: FastifyReply,
    ) =>
      reply
        .headers(headers)
        .status(error.statusCode ?? 400)
        .send(refusalBody('INVALID_REQUEST', 'the path cannot be read')),
  } as Parameters<typeof fastify>[0]) as unknown as FastifyInstance;

  app.server.on('request', watchAnswers);
  app.decorateRequest('isOverTls', { getter: () => isOverTls });
  if (site !== undefined) app.decorateRequest('ownSite', { getter: () => site });
  const watch = untrustedForwards(options);
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(headers);
    const fault = faultOfFraming(request.raw, request.originalUrl);
    // Before any adapter: it is no request of any protocol.
    if (fault !== null)
      return reply
        .status(fault.status)
        .header('connection', 'close')
        .send(refusalBody('INVALID_REQUEST', fault.why));
    watch(request.raw);
    return;
  });

  app.get('/healthz', async (_request, reply) => {
    const ok = await options.healthy().catch(() => false);
    return reply.status(ok ? 200 : 503).send({ ok });
  });

  app.get('/healthz/seen/*', (request, reply) => answerProbe(options, request, reply));
  app.setNotFoundHandler(notServed);
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) request.log.error({ err: error }, 'unexpected error');
    const message = status >= 500 ? `unexpected error; it is logged under ${request.id}` : error.message;
    void reply.status(status).send(refusalBody(status >= 500 ? 'UNAVAILABLE' : 'INVALID_REQUEST', message));
  });

  for (const adapter of options.adapters) await app.register(adapter);
  return app;
}

function notServed(request: FastifyRequest, reply: FastifyReply): void {
  const where = `${request.method} ${request.url.slice(0, 200)}`;
  void reply.status(404).send(refusalBody('NOT_FOUND', `nothing is served at ${where}`));
}

const mostForwards = 20;

/** What arrived of a request that the doctor sent to the public address; for everybody else there is nothing here. */
async function answerProbe(
  { isProbe, now }: ServerOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const { 'x-tongbao-probe': token, 'x-forwarded-for': forwarded } = request.headers;
  if (typeof token !== 'string' || isProbe?.(token) !== true || now === undefined)
    return notServed(request, reply);
  const said = (Array.isArray(forwarded) ? forwarded.join(',') : (forwarded ?? '')).split(',');
  void reply.header('cache-control', 'no-store').send({
    caller: request.ip,
    isForwarded: request.ip !== request.raw.socket.remoteAddress,
    forwards: said.filter((each) => each.trim() !== '').slice(0, mostForwards).length,
    host: request.headers.host ?? '',
    path: request.originalUrl,
    at: now().toISOString(),
  });
}
