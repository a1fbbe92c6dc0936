// Whether the proxy in front passes requests on as they are, and says who sent them.
import type { Config } from '../config.ts';
import { skewFinding } from './clocks.ts';
import { type Check, type Finding, fail, fine, warn } from './finding.ts';
import { probeHeader, probePath, probeToken, type Seen } from './probe.ts';

/** From a range that is nobody's (RFC 5737): who sees it as the caller believed a header that anybody can write. */
const nobody = '203.0.113.77';
/** With what proxies like to change: a case, an escaped slash, a doubled one, a tilde, a query. */
const odd = 'a%2Fb//C/%7Ed?x=%20y&x=+';

export const checkProxy: Check = {
  name: 'proxy',
  needsDatabase: false,
  async run({ config, keys, outbound, clock }) {
    if (keys === null)
      return [warn('proxy.reached', 'not asked', 'first the keys: only who has them may ask')];
    const path = `${probePath}${odd}`;
    const before = clock.now().getTime();
    const answer = await outbound.get({
      url: `${config.publicUrl}${path}`,
      headers: { [probeHeader]: probeToken(keys.keys, clock.now()), 'x-forwarded-for': nobody },
      timeoutMs: 10_000,
    });
    const after = clock.now().getTime();
    if (answer.kind === 'failed')
      return [fail('proxy.reached', `${answer.reason}: ${answer.detail}`, notReached(answer.reason))];
    const seen = answer.status === 200 ? readSeen(answer.text) : null;
    if (seen === null) return [notOurs(config.publicUrl, answer.status)];
    return [
      fine('proxy.reached', config.publicUrl),
      ...seenFindings(seen, { config, path }),
      skewFinding('clocks.serving', Date.parse(seen.at), [before, after]),
    ];
  },
};

const notReached = (reason: string): string =>
  reason === 'tls'
    ? 'the certificate is not trusted from here: NODE_EXTRA_CA_CERTS may name the authority’s file'
    : 'start serve and the proxy; may this machine reach the public address?';

const notOurs = (url: string, status: number): Finding =>
  fail(
    'proxy.reached',
    `${url} answered ${status}, and not as a process with these keys does`,
    'is serve running behind it, of this release, with the same key file? does the proxy pass every path on?',
  );

/** Null where it is no answer of a serving process. */
export function readSeen(text: string): Seen | null {
  try {
    const seen = JSON.parse(text) as Partial<Record<keyof Seen, unknown>> | null;
    const isSeen =
      seen !== null &&
      [seen.caller, seen.host, seen.path, seen.at].every((each) => typeof each === 'string') &&
      typeof seen.isForwarded === 'boolean' &&
      typeof seen.forwards === 'number';
    return isSeen ? (seen as Seen) : null;
  } catch {
    return null;
  }
}

/** Pure. */
export function seenFindings(
  seen: Seen,
  { config, path }: { config: Pick<Config, 'publicUrl'>; path: string },
): Finding[] {
  const { host } = new URL(config.publicUrl);
  return [
    callerFinding(seen),
    seen.host === host
      ? fine('proxy.host', host)
      : fail(
          'proxy.host',
          `Host arrives as "${seen.host}"`,
          `let the proxy pass Host on: it has to be ${host}`,
        ),
    seen.path === path
      ? fine('proxy.path', 'unchanged')
      : fail(
          'proxy.path',
          `"${path}" arrives as "${seen.path}"`,
          'let the proxy pass the path on as it came (no decoding, no merging of slashes): it is signed',
        ),
  ];
}

function callerFinding({ caller, isForwarded, forwards }: Seen): Finding {
  const check = 'proxy.forwarded-for';
  if (caller === nobody)
    return fail(
      check,
      'an address that the caller wrote themselves is believed',
      'let the proxy set or add to X-Forwarded-For, and TONGBAO_PROXY_HOPS be the number of proxies',
    );
  if (isForwarded) return fine(check, 'the proxy’s word is believed');
  return forwards === 0
    ? warn(check, 'the proxy takes it out', 'let it say in X-Forwarded-For who calls')
    : warn(
        check,
        `not believed from ${caller}`,
        'if that is the proxy, name it in TONGBAO_TRUSTED_PROXIES; if nothing is in front, put a proxy with TLS there',
      );
}
