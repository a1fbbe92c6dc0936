// Why there is no answer, or none to believe, in words that say what to do. The error itself stays as the cause.

const codes: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there',
  ENOTFOUND: 'the host name is unknown',
  EAI_AGAIN: 'the host name cannot be looked up now',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ETIMEDOUT: 'the connection took too long',
  UND_ERR_CONNECT_TIMEOUT: 'the connection took too long',
  UND_ERR_SOCKET: 'the connection was cut',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed: trust it by NODE_EXTRA_CA_CERTS',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is self-signed: trust it by NODE_EXTRA_CA_CERTS',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'nobody that is trusted has signed its certificate',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it speaks HTTP where HTTPS was asked for',
  HPE_INVALID_CONSTANT: 'it does not speak HTTP, or HTTPS where HTTP was asked for',
  ERR_INVALID_URL: 'this is no URL',
};

/** The innermost cause that says more: fetch wraps what went wrong, and several addresses fail together. */
function causesOf(error: unknown): (Error & { code?: string })[] {
  const causes: (Error & { code?: string })[] = [];
  for (let at = error; at instanceof Error && causes.length < 5; at = at.cause) {
    const all = at instanceof AggregateError ? [at, ...at.errors.slice(0, 1)] : [at];
    causes.push(...all);
  }
  return causes;
}

export function whyNoAnswer(error: unknown, origin: string): string {
  const causes = causesOf(error);
  if (causes.some(({ name }) => name === 'TimeoutError')) return `${origin}: the time ran out`;
  const { code } = causes.findLast((cause) => typeof cause.code === 'string') ?? {};
  const words = (code === undefined ? undefined : codes[code]) ?? causes.at(-1)?.message ?? 'unknown';
  return `${origin}: ${code === undefined ? '' : `${code}, `}${words}`;
}

export function whyNotSigned(response: Response, origin: string): string {
  const said = `the answer (HTTP ${response.status}) is not signed by the gateway`;
  if (response.headers.get('signature') !== null)
    return `${said}: its signature does not fit gatewayPublicKey; is this the key of this gateway, not the merchant's own?`;
  const path = URL.canParse(origin) ? new URL(origin).pathname : '/';
  return path === '/'
    ? `${said}, nor by anybody: is ${origin} the gateway?`
    : `${said}, nor by anybody: gatewayUrl is an origin without a path, and this one has ${path}`;
}
