// The people of a rehearsal: each follows a link that opens a name, at a browser or as a program would, and then acts at the
// console's interface or at the command line.
import type { BrowserContext, Page } from 'playwright-core';
import { machineClock } from '../../platform/src/system/index.ts';
import { appCode } from '../../platform/src/testing/authenticator.ts';
import { launchChromium, sizes } from '../browser/browser.ts';
import { withoutSecrets } from './programs.ts';
import { must } from './rows.ts';
import { newPassword, type World } from './world.ts';

export interface Person {
  readonly username: string;
  readonly password: string;
  cookie: string;
  /** Of the authenticator app; null for who has a passkey. */
  readonly secret: string | null;
}

export class People {
  readonly #world: World;
  readonly #people = new Map<string, Person>();

  constructor(world: World) {
    this.#world = world;
  }

  of(username: string): Person {
    const found = this.#people.get(username);
    must(found !== undefined, `${username} has not joined`);
    return found;
  }

  /** Follows a link without a browser, with an authenticator app. */
  async join(username: string, link: string): Promise<Person> {
    const password = newPassword();
    const token = tokenOf(link);
    const offered = await this.#post('/api/console/join/factor', { token, kind: 'totp' });
    const text = await offered.text();
    must(offered.status === 200, `a link answers ${offered.status}: ${text}`);
    const { secret, sealed } = JSON.parse(text) as { secret: string; sealed: string };
    const factor = { kind: 'totp', sealed, code: appCode(secret, machineClock.now()) };
    const answer = await this.#post('/api/console/join', { token, password, factor });
    must(answer.status === 200, `joining answers ${answer.status}: ${await answer.text()}`);
    return this.joined(username, password, cookieOf(answer), secret);
  }

  /** Somebody who has joined, here or at a browser: makes an access token for the command line. */
  async joined(
    ...[username, password, cookie, secret = null]: [string, string, string, (string | null)?]
  ): Promise<Person> {
    const person = { username, password, cookie, secret };
    this.#people.set(username, person);
    const { token } = await this.ask(username, 'POST', '/api/console/account/tokens', {
      ...{ name: 'rehearsal', scope: 'manage', days: 1 },
    });
    await this.#world.secretFile(`${username}.token`, `${token}\n`);
    return person;
  }

  async signIn(username: string): Promise<Response> {
    const { password } = this.of(username);
    return this.#post('/api/console/session', { username, password });
  }

  /** A request of somebody who is signed in; throws for every other answer than 200. */
  // biome-ignore lint/suspicious/noExplicitAny: answers of many operations.
  async ask(username: string, method: 'GET' | 'POST', at: string, body?: object): Promise<any> {
    const { cookie, secret } = this.of(username);
    let answer = await this.#request(cookie, { method, at, body });
    let text = await answer.text();
    if (text.includes('"PROOF_NEEDED"') && secret !== null) {
      const proof = { kind: 'totp', code: appCode(secret, machineClock.now()) };
      const proved = { method: 'POST', at: '/api/console/session/proof', body: { proof } };
      must((await this.#request(cookie, proved)).status === 200, `${username} cannot prove to be there`);
      answer = await this.#request(cookie, { method, at, body });
      text = await answer.text();
    }
    must(
      answer.status === 200,
      `${method} ${at} as ${username} answers ${answer.status}: ${withoutSecrets(text).slice(0, 600)}`,
    );
    return JSON.parse(text);
  }

  async statusOf(username: string, at: string): Promise<number> {
    return (await this.#request(this.of(username).cookie, { method: 'GET', at })).status;
  }

  /** A command as somebody, with `--json`; answers what it said. */
  // biome-ignore lint/suspicious/noExplicitAny: answers of many commands.
  command(username: string, ...args: readonly string[]): Promise<any> {
    return this.#world.ask(args, this.environmentOf(username));
  }

  environmentOf(username: string): Record<string, string> {
    return { TONGBAO_OPERATOR_TOKEN_FILE: this.#world.at(`${username}.token`) };
  }

  #request(cookie: string, of: { method: string; at: string; body?: object | undefined }): Promise<Response> {
    return fetch(`${this.#world.publicUrl}${of.at}`, {
      method: of.method,
      headers: {
        cookie,
        'x-tongbao-csrf': '1',
        ...(of.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(of.body === undefined ? {} : { body: JSON.stringify(of.body) }),
    });
  }

  #post(at: string, body: object): Promise<Response> {
    return this.#request('', { method: 'POST', at, body });
  }
}

export const tokenOf = (link: string): string => link.split('/').at(-1)!;
export const cookieOf = (answer: Response): string =>
  answer.headers
    .getSetCookie()
    .map((each) => each.split(';')[0]!)
    .join('; ');

export interface Browsers {
  /** A page of its own, in English, of somebody new. */
  open(size: keyof typeof sizes): Promise<Page>;
}

/** Chromium, which trusts the proxy's authority alone; pages that complain fail nobody, but are kept for the last words. */
export async function openBrowsers(world: World): Promise<Browsers> {
  const trust =
    world.browserTrusts === '' ? [] : [`--ignore-certificate-errors-spki-list=${world.browserTrusts}`];
  const browser = await launchChromium(trust);
  world.atEnd(() => browser.close());
  return {
    async open(size) {
      const context: BrowserContext = await browser.newContext({
        ...{ viewport: sizes[size], locale: 'en', timezoneId: 'Asia/Shanghai', reducedMotion: 'reduce' },
      });
      const page = await context.newPage();
      page.setDefaultTimeout(30_000);
      return page;
    },
  };
}

/** An authenticator inside of the page's browser: its owner is there, and agrees. */
export async function giveAuthenticator(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      ...{ protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true },
      ...{ isUserVerified: true, automaticPresenceSimulation: true },
    },
  });
}
