// The settings of exchange rates: what is usual, and one clear line for each one that makes no sense.
import { expect, test } from 'vitest';
import { ratesConfig } from './rates-config.ts';

test('nothing, one feed, or two', () => {
  expect(ratesConfig({})).toEqual({ first: null, second: null, toleranceBps: 100 });
  const first = 'https://www.ecb.europa.eu/stats/eurofxref/eurofxref-daily.xml';
  expect(ratesConfig({ TONGBAO_ECB_RATES: first })).toMatchObject({ first, second: null });
  const both = { TONGBAO_ECB_RATES: first, TONGBAO_RATES_SECOND: '/srv/rates.json' };
  expect(ratesConfig({ ...both, TONGBAO_RATES_TOLERANCE_BPS: '50' })).toEqual({
    ...{ first, second: '/srv/rates.json', toleranceBps: 50 },
  });
});

test.each([
  [{ TONGBAO_ECB_RATES: '' }, /^TONGBAO_ECB_RATES must be a file or an http/],
  [{ TONGBAO_ECB_RATES: 'ftp://rates.example' }, /^TONGBAO_ECB_RATES must be a file or an http/],
  [{ TONGBAO_RATES_SECOND: '/x' }, /^TONGBAO_RATES_SECOND has nothing to check/],
  [{ TONGBAO_ECB_RATES: '/x', TONGBAO_RATES_SECOND: 'sftp://x' }, /^TONGBAO_RATES_SECOND must be/],
  [{ TONGBAO_ECB_RATES: '/x', TONGBAO_RATES_SECOND: '/x' }, /a feed does not check itself/],
  [{ TONGBAO_RATES_TOLERANCE_BPS: '0' }, /^TONGBAO_RATES_TOLERANCE_BPS must be a number from 1 to 2000/],
  [{ TONGBAO_RATES_TOLERANCE_BPS: '2001' }, /^TONGBAO_RATES_TOLERANCE_BPS must be/],
  [{ TONGBAO_RATES_TOLERANCE_BPS: '1.5' }, /^TONGBAO_RATES_TOLERANCE_BPS must be/],
])('%j is refused', (environment, message) => {
  expect(() => ratesConfig(environment)).toThrow(message);
});
