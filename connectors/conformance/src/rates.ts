// The kit for feeds of rates: a whole document is read as it is, and whatever is not one is no rate.
import type { PublishedRates, RateFeed } from '@tongbao/connector-interface';
import { holds, type Row, throws } from './row.ts';

/**
 * cut: the document ends in its middle, and its length says that this is all. hang: takes the request and says nothing. page: a
 * page of HTML with status 200. huge: more than anybody publishes. claims: says "unchanged" to who has never asked.
 */
export type FeedMood = 'normal' | 'down' | 'hang' | 'cut' | 'page' | 'huge' | 'error' | 'claims';

/** The connector and a publisher behind it, in a world of their own for each row. Its waits are a second at most. */
export interface FeedDriver {
  start(): RateFeed;
  behave(mood: FeedMood): Promise<void>;
  /** Publishes in one of the forms that the connector reads. */
  publish(days: readonly PublishedRates[], form: string): void;
  readonly forms: readonly string[];
  /** How often the whole document was sent. */
  sentWhole(): number;
  close(): Promise<void>;
}

const day = (date: string, rates: Record<string, string>): PublishedRates => ({
  ...{ date, pivot: 'EUR', perPivot: new Map(Object.entries(rates)) },
});
const monday = day('2026-11-30', { USD: '1.1024', CNY: '7.7107', KRW: '1540.51', JPY: '163.2' });
const friday = day('2026-11-27', { USD: '1.1', CNY: '7.7', KRW: '1541', JPY: '163' });

const shown = (days: readonly PublishedRates[]): string =>
  JSON.stringify(days.map(({ date, pivot, perPivot }) => [date, pivot, [...perPivot].sort()]));

async function tells(feed: RateFeed, days: readonly PublishedRates[], when: string): Promise<void> {
  const told = shown(await feed.latest());
  holds(told === shown(days), `${when}, it tells ${told.slice(0, 300)}`);
}

/** A mood in which there are no rates: it throws, and afterwards tells what is published. */
const nothing = (mood: FeedMood, of: Pick<Row<FeedDriver>, 'title' | 'why' | 'remedy'>): Row<FeedDriver> => ({
  ...{ name: mood, ...of },
  async run(driver) {
    for (const form of driver.forms) {
      driver.publish([monday, friday], form);
      await driver.behave(mood);
      const feed = driver.start();
      holds(await throws(feed.latest()), `${form}: it tells rates where there are none`);
      await driver.behave('normal');
      await tells(feed, [monday, friday], `${form}, afterwards`);
    }
    return `throws, and then tells, in ${driver.forms.length} forms`;
  },
});

export const rateRows: readonly Row<FeedDriver>[] = [
  {
    name: 'whole',
    title: 'two days, in each form, newest first in whatever order they come',
    why: 'A rate of yesterday, or of another currency, is a wrong price for everybody.',
    remedy: 'Read day, pivot and currency out of the document, and sort.',
    async run(driver) {
      for (const form of driver.forms) {
        driver.publish([friday, monday], form);
        await tells(driver.start(), [monday, friday], form);
      }
      return `${driver.forms.length} forms`;
    },
  },
  {
    name: 'changed',
    title: 'asked again, unchanged and then changed',
    why: 'A publisher shuts out who fetches everything each minute; who never fetches again stays with yesterday.',
    remedy: 'Ask whether it has changed, with what the publisher gave; believe "unchanged" only then.',
    async run(driver) {
      const form = driver.forms[0]!;
      driver.publish([friday], form);
      const feed = driver.start();
      for (let time = 1; time <= 3; time++) await tells(feed, [friday], `unchanged, time ${time}`);
      holds(driver.sentWhole() === 1, `the same document was fetched ${driver.sentWhole()} times`);
      driver.publish([monday, friday], form);
      await tells(feed, [monday, friday], 'changed');
      return 'fetched once, and once more';
    },
  },
  nothing('down', {
    title: 'the publisher cannot be reached, and is back later',
    why: 'Rates of before go on until a stated age: the room must hear that there are no new ones.',
    remedy: 'Throw; never tell what was told before.',
  }),
  nothing('hang', {
    title: 'the publisher takes the request and says nothing',
    why: 'The first payment of a day would wait for ever.',
    remedy: 'One deadline over the whole fetch.',
  }),
  nothing('cut', {
    title: 'the document ends in its middle',
    why: 'The currency that is missing would keep yesterday’s rate without a word; a number cut in two is a tenth of itself.',
    remedy: 'Take a document only when it is whole by its own form.',
  }),
  nothing('page', {
    title: 'a page of HTML with status 200',
    why: 'Sites under maintenance answer so.',
    remedy: 'Read the form, not the status.',
  }),
  nothing('huge', {
    title: 'more than anybody publishes',
    why: 'A mistake, or somebody who wants our memory.',
    remedy: 'A bound on what is read.',
  }),
  nothing('error', {
    title: 'status 500 with yesterday’s document',
    why: 'Caches in front of a publisher do that.',
    remedy: 'Only 200 is a document.',
  }),
  nothing('claims', {
    title: '"unchanged" for who has never asked',
    why: 'There is nothing that could be unchanged.',
    remedy: 'Throw.',
  }),
];
