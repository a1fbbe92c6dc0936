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
  /** How browsers reach it, where that is not as it listens: a proxy in front speaks https for it. */
  readonly publicUrl?: string;
  readonly adapters: readonly FastifyPluginAsync[];
  /** True once everything is usable. */
  readonly healthy: () => Promise<boolean>;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Whether the browser came by https, here or at the proxy in front: cookies are then `Secure`. */
    readonly isOverTls: boolean;
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
    http: { maxHeaderSize: 64 * 1024 },
    ...(options.tls === undefined
      ? {}
      : { https: { key: options.tls.key, cert: options.tls.cert, maxHeaderSize: 64 * 1024 } }),
  } as Parameters<typeof fastify>[0]) as unknown as FastifyInstance;

  const isOverTls = options.tls !== undefined || options.publicUrl?.startsWith('https://') === true;
  app.decorateRequest('isOverTls', { getter: () => isOverTls });
  const headers = securityHeaders(isOverTls);
  app.addHook('onRequest', async (_request, reply) => void reply.headers(headers));

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
