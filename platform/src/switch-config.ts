// The settings of a switch that card debits and credits go to by ISO 8583, out of the environment's texts (config.ts reads them).
import path from 'node:path';
import { isCurrency } from '@tongbao/money';

export interface SwitchConfig {
  readonly host: string;
  readonly port: number;
  /** `caFile`: PEM of who signs the switch's certificate; null: the public ones. Null: plain TCP. */
  readonly tls: { readonly caFile: string | null } | null;
  readonly acquirer: string;
  readonly terminal: string;
  readonly acceptor: string;
  /** Null: every bank's cards go to the switch. */
  readonly banks: ReadonlySet<string> | null;
  readonly currencies: ReadonlySet<string>;
  readonly reversals: '0420' | '0400';
  readonly verification: string | null;
  /** The response code by which the switch has shoppers asked for a code; null: it does not. */
  readonly stepUp: string | null;
  readonly repeatMs: number;
  readonly echoMs: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Null when no switch is named. Throws a one-line error when a setting makes no sense or one is missing. */
export function switchConfig(environment: Environment): SwitchConfig | null {
  const { TONGBAO_SWITCH: text } = environment;
  if (text === undefined) return null;
  const url = URL.parse(text);
  if (
    url === null ||
    !/^(tcp|tls):$/.test(url.protocol) ||
    url.port === '' ||
    !/^\/?$/.test(url.pathname + url.search)
  )
    throw new Error('TONGBAO_SWITCH must be tls://host:port or tcp://host:port');
  const { TONGBAO_SWITCH_CA_FILE: caFile } = environment;
  if (caFile !== undefined && url.protocol === 'tcp:')
    throw new Error('TONGBAO_SWITCH_CA_FILE is for tls://, and TONGBAO_SWITCH is tcp://');
  const reversals = environment.TONGBAO_SWITCH_REVERSALS ?? '0420';
  if (reversals !== '0420' && reversals !== '0400')
    throw new Error(`TONGBAO_SWITCH_REVERSALS must be 0420 or 0400, not "${reversals}"`);
  const verification = environment.TONGBAO_SWITCH_VERIFY ?? '330000';
  if (verification !== 'off' && !/^\d{6}$/.test(verification))
    throw new Error('TONGBAO_SWITCH_VERIFY must be the six digits of field 3, or off');
  const stepUp = environment.TONGBAO_SWITCH_STEP_UP ?? 'off';
  if (stepUp !== 'off' && !/^[0-9A-Z]{2}$/.test(stepUp))
    throw new Error('TONGBAO_SWITCH_STEP_UP must be the two characters of field 39, or off');
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number.parseInt(url.port, 10),
    tls: url.protocol === 'tls:' ? { caFile: caFile === undefined ? null : path.resolve(caFile) } : null,
    acquirer: idOf(environment, 'TONGBAO_SWITCH_ACQUIRER', /^\d{1,11}$/, 'field 32: up to 11 digits'),
    terminal: idOf(
      environment,
      'TONGBAO_SWITCH_TERMINAL',
      /^[\x20-\x7e]{1,8}$/,
      'field 41: up to 8 characters',
    ),
    acceptor: idOf(
      environment,
      'TONGBAO_SWITCH_ACCEPTOR',
      /^[\x20-\x7e]{1,15}$/,
      'field 42: up to 15 characters',
    ),
    banks: banksOf(environment.TONGBAO_SWITCH_BANKS),
    currencies: currenciesOf(environment.TONGBAO_SWITCH_CURRENCIES ?? 'CNY'),
    reversals,
    verification: verification === 'off' ? null : verification,
    stepUp: stepUp === 'off' ? null : stepUp,
    repeatMs: secondsOf(environment, 'TONGBAO_SWITCH_REPEAT_SECONDS', '3600') * 1000,
    echoMs: secondsOf(environment, 'TONGBAO_SWITCH_ECHO_SECONDS', '60') * 1000,
  };
}

function idOf(environment: Environment, name: string, form: RegExp, what: string): string {
  const text = environment[name];
  if (text === undefined || !form.test(text)) throw new Error(`${name} must be who we are in ${what}`);
  return text;
}

const listed = (text: string): string[] => text.split(',').map((each) => each.trim());

function banksOf(text: string | undefined): ReadonlySet<string> | null {
  if (text === undefined || text === '*') return null;
  const banks = listed(text);
  if (!banks.every((bank) => /^[A-Z0-9]{1,16}$/.test(bank)))
    throw new Error(
      'TONGBAO_SWITCH_BANKS must be codes of banks as the registry says them: RIVER, LAKE (or *)',
    );
  return new Set(banks);
}

function currenciesOf(text: string): ReadonlySet<string> {
  const currencies = listed(text);
  if (!currencies.every(isCurrency))
    throw new Error(`TONGBAO_SWITCH_CURRENCIES must be codes of currencies: CNY, HKD; not "${text}"`);
  return new Set(currencies);
}

function secondsOf(environment: Environment, name: string, usual: string): number {
  const text = environment[name] ?? usual;
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new Error(`${name} must be a number of seconds from 1 to 99999`);
  return Number.parseInt(text, 10);
}
