// Exchange rates: how old the newest are, and what the guard holds back.

import { readRateAges } from '../fx/index.ts';
import { houseDayOf } from '../system/index.ts';
import { type Check, fail, fine, warn } from './finding.ts';

const soonDays = 3;

export const checkRates: Check = {
  name: 'rates',
  needsDatabase: true,
  async run({ database, clock, config }) {
    const { newest, held, staleAfterDays } = await readRateAges(database, houseDayOf(clock.now()));
    const todo = 'is the source reached? npm run tongbao -- rates list shows what there is';
    const age = newest === null ? null : newest.days;
    return [
      config.rates.first === null
        ? warn(
            'rates.source',
            'the history that comes along, which ends on 2025-01-03',
            'TONGBAO_ECB_RATES names a file or URL of the day’s rates',
          )
        : fine('rates.source', config.rates.first),
      ...(config.rates.first === null
        ? []
        : [
            config.rates.second === null
              ? warn(
                  'rates.second',
                  'none',
                  'TONGBAO_RATES_SECOND names a second feed: until then a wrong rate is seen by its move alone',
                )
              : fine('rates.second', config.rates.second),
          ]),
      age === null
        ? warn(
            'rates.age',
            'none yet',
            'the first order asks the source; then npm run tongbao -- rates list shows what there is',
          )
        : age > staleAfterDays
          ? fail('rates.age', `of ${newest!.date}, ${age} days old: nothing is converted`, todo)
          : age > soonDays
            ? warn('rates.age', `of ${newest!.date}, ${age} days old`, todo)
            : fine('rates.age', `of ${newest!.date}`),
      held === 0
        ? fine('rates.held', 'none')
        : warn('rates.held', `${held} wait for two people`, 'look at Held rates in the console'),
    ];
  },
};
