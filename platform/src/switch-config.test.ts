// The settings of a card switch: what is right, and one line that names what is not.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { switchConfig } from './switch-config.ts';

const usual = {
  TONGBAO_SWITCH: 'tls://switch.example:8583',
  TONGBAO_SWITCH_ACQUIRER: '27010001',
  TONGBAO_SWITCH_TERMINAL: 'TONGBAO1',
  TONGBAO_SWITCH_ACCEPTOR: 'TONGBAO',
};
const of = (changes: Record<string, string | undefined> = {}) => switchConfig({ ...usual, ...changes });

test('what is usual, and everything said', () => {
  expect(of()).toEqual({
    ...{ host: 'switch.example', port: 8583, tls: { caFile: null } },
    ...{ acquirer: '27010001', terminal: 'TONGBAO1', acceptor: 'TONGBAO' },
    ...{ banks: null, currencies: new Set(['CNY']), reversals: '0420', verification: '330000' },
    stepUp: null,
    ...{ repeatMs: 3_600_000, echoMs: 60_000 },
  });
  expect(
    of({
      TONGBAO_SWITCH: 'tcp://[::1]:9',
      TONGBAO_SWITCH_BANKS: 'RIVER, LAKE',
      TONGBAO_SWITCH_CURRENCIES: 'CNY, HKD',
      TONGBAO_SWITCH_REVERSALS: '0400',
      TONGBAO_SWITCH_VERIFY: 'off',
      TONGBAO_SWITCH_REPEAT_SECONDS: '600',
      TONGBAO_SWITCH_ECHO_SECONDS: '5',
    }),
  ).toMatchObject({
    ...{ host: '::1', port: 9, tls: null, banks: new Set(['RIVER', 'LAKE']), reversals: '0400' },
    ...{ currencies: new Set(['CNY', 'HKD']), verification: null, repeatMs: 600_000, echoMs: 5_000 },
  });
  expect(of({ TONGBAO_SWITCH_CA_FILE: '/etc/ca.pem' })?.tls).toEqual({ caFile: '/etc/ca.pem' });
  expect(of({ TONGBAO_SWITCH: undefined })).toBeNull();
});

test.each([
  ['TONGBAO_SWITCH', 'switch.example:8583'],
  ['TONGBAO_SWITCH', 'tls://switch.example'],
  ['TONGBAO_SWITCH', 'tls://switch.example:8583/x'],
  ['TONGBAO_SWITCH_ACQUIRER', undefined],
  ['TONGBAO_SWITCH_ACQUIRER', 'ACQ'],
  ['TONGBAO_SWITCH_TERMINAL', 'TOO-LONG-A-NAME'],
  ['TONGBAO_SWITCH_ACCEPTOR', ''],
  ['TONGBAO_SWITCH_BANKS', 'River Bank'],
  ['TONGBAO_SWITCH_CURRENCIES', 'CNY, YUAN'],
  ['TONGBAO_SWITCH_REVERSALS', '0410'],
  ['TONGBAO_SWITCH_VERIFY', 'on'],
  ['TONGBAO_SWITCH_REPEAT_SECONDS', '0'],
  ['TONGBAO_SWITCH_ECHO_SECONDS', '1m'],
])('%s that is %s is refused in one line that names it', (name, value) => {
  expect(() => of({ [name]: value })).toThrow(new RegExp(`^${name} [^\\n]+$`));
});

test('a file of authorities is for TLS alone; every setting stands in the guide', () => {
  expect(() => of({ TONGBAO_SWITCH: 'tcp://switch.example:1', TONGBAO_SWITCH_CA_FILE: '/x' })).toThrow(
    /^TONGBAO_SWITCH_CA_FILE is for tls/,
  );
  const here = path.dirname(fileURLToPath(import.meta.url));
  const names = readFileSync(path.join(here, 'switch-config.ts'), 'utf8').match(/TONGBAO_SWITCH[A-Z_]*/g);
  const guide = readFileSync(path.join(here, '../../docs/guides/serve.md'), 'utf8');
  for (const name of new Set(names)) expect(guide).toContain(`\`${name}`);
});
