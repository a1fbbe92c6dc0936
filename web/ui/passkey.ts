// Passkeys in the browser. The library comes only when somebody uses one.
import { call } from './api.ts';

/** The shopper stopped it, the browser cannot, or there is no passkey for this site: nothing was sent. */
export class PasskeyNotUsed extends Error {}

type Options = Record<string, unknown>;

/**
 * Whether a passkey can be used on this page. It belongs to a name (Web Authentication Level 3, section 5.1.2: the relying
 * party's id is a domain), so a page that was opened by an IP address can use none, though the same page can by its name.
 */
export function passkeyUse(): 'here' | 'by-name' | 'never' {
  if (typeof PublicKeyCredential !== 'function' || !isSecureContext) return 'never';
  return /^[\d.]+$|^\[/.test(location.hostname) ? 'by-name' : 'here';
}

/** Has the shopper's passkey sign the payment at a cashier's path; answers what the server wants to see. */
export async function signWithPasskey(path: string): Promise<unknown> {
  const { options } = await call<{ options: Options | null }>('POST', `${path}/passkey`);
  if (options === null) throw new PasskeyNotUsed('there is none for this site');
  return answerWithPasskey(options);
}

/** Has a passkey answer the server's challenge. */
export async function answerWithPasskey(options: Options): Promise<unknown> {
  const { startAuthentication } = await import('@simplewebauthn/browser');
  try {
    return await startAuthentication({
      optionsJSON: options as unknown as Parameters<typeof startAuthentication>[0]['optionsJSON'],
    });
  } catch (error) {
    throw new PasskeyNotUsed(String(error));
  }
}

/** Has the browser make a passkey. */
export async function makePasskey(options: Options): Promise<unknown> {
  const { startRegistration } = await import('@simplewebauthn/browser');
  try {
    return await startRegistration({
      optionsJSON: options as unknown as Parameters<typeof startRegistration>[0]['optionsJSON'],
    });
  } catch (error) {
    throw new PasskeyNotUsed(String(error));
  }
}
