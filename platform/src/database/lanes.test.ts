// The lanes on a real PostgreSQL: batches, turns, bounds, poisoned commands and lost races.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Rejection } from '../rejection.ts';
import { type TestDatabase, testDatabase } from '../testing/index.ts';
import { createLanes, type Verb } from './lanes.ts';
import { statement } from './statement.ts';

interface Note {
  readonly party: bigint;
  readonly text: string;
}

const insertNotes = statement('test.insert-notes', 'INSERT INTO note SELECT * FROM unnest($1::text[])');
const texts = (notes: readonly (Note | null)[]) => notes.flatMap((note) => note?.text ?? []);

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
  await test.owner.pool.query(`CREATE TABLE note (text text PRIMARY KEY CHECK (length(text) < 20));
    GRANT ALL ON note TO PUBLIC`);
});
afterAll(() => test.drop());

/** Writes notes and keeps the batches that it was given; `park` holds every batch in its transaction. */
function notes(park: () => Promise<void> = async () => undefined) {
  const batches: Note[][] = [];
  const verb: Verb<Note, Note[], Note> = {
    name: 'test.note',
    partyOf: (note) => note.party,
    async load(_tx, commands) {
      batches.push([...commands]);
      await park();
      return [...commands];
    },
    decide: (_facts, note) => note,
    record: (tx, _facts, decisions) => tx.query(insertNotes, [texts(decisions)]).then(() => undefined),
  };
  return { verb, batches };
}

const note = (party: number, text: string): Note => ({ party: BigInt(party), text });
const count = async (like: string): Promise<number> =>
  (await test.database.pool.query('SELECT count(*)::int AS n FROM note WHERE text LIKE $1', [like])).rows[0]
    .n;

describe('lanes', () => {
  it('what arrives while a batch runs travels together, and a lone command does not wait', async () => {
    const lanes = createLanes({ database: test.database, lanes: 1 });
    const { verb, batches } = notes();
    const first = lanes.run(verb, note(1, 'together-0'));
    await Promise.resolve();
    const rest = Array.from({ length: 99 }, (_, number) =>
      lanes.run(verb, note(1, `together-${number + 1}`)),
    );
    await Promise.all([first, ...rest]);
    expect(batches.map((batch) => batch.length)).toEqual([1, 99]);
    expect(await count('together-%')).toBe(100);
    await lanes.close();
    await expect(lanes.run(verb, note(1, 'late'))).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('a poisoned command fails alone; its neighbours pass', async () => {
    const lanes = createLanes({ database: test.database, lanes: 1 });
    const { verb } = notes();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 64 }, (_, number) =>
        lanes.run(verb, note(1, number === 37 ? 'far-too-long-for-the-table' : `poison-${number}`)),
      ),
    );
    expect(outcomes.flatMap((outcome, number) => (outcome.status === 'rejected' ? number : []))).toEqual([
      37,
    ]);
    expect(await count('poison-%')).toBe(63);
    await lanes.close();
  });

  it("a party's flood does not hold up the others: batches take from each in turn", async () => {
    const lanes = createLanes({ database: test.database, lanes: 1, maxBatch: 10, maxWaitingOfParty: 1_000 });
    const { verb, batches } = notes();
    const flood = Array.from({ length: 300 }, (_, number) => lanes.run(verb, note(1, `flood-${number}`)));
    const others = [2, 3, 4].map((party) => lanes.run(verb, note(party, `other-${party}`)));
    await Promise.all(others);
    expect(batches.length).toBeLessThanOrEqual(2);
    await Promise.all(flood);
    const order = batches.flat().filter((each) => each.party === 1n);
    expect(order.map((each) => each.text)).toEqual(flood.map((_, number) => `flood-${number}`));
    await lanes.close();
  });

  it('with more parties than a batch has places, all get their turn', async () => {
    const lanes = createLanes({ database: test.database, lanes: 1, maxBatch: 4 });
    const { verb, batches } = notes();
    const sent = Array.from({ length: 60 }, (_, number) =>
      lanes.run(verb, note(number % 6, `turns-${number}`)),
    );
    await Promise.all(sent);
    const places = new Map<bigint, number[]>();
    for (const [place, each] of batches.flat().entries())
      places.set(each.party, [...(places.get(each.party) ?? []), place]);
    for (const own of places.values()) expect(own[0]).toBeLessThan(12);
    await lanes.close();
  });

  it('the queue is bounded, for one party and for all', async () => {
    const [gate, begun] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const { verb } = notes(() => {
      begun.resolve();
      return gate.promise;
    });
    const lanes = createLanes({
      database: test.database,
      lanes: 1,
      maxBatch: 10,
      maxWaiting: 12,
      maxWaitingOfParty: 5,
    });
    const running = lanes.run(verb, note(1, 'bound-first'));
    await begun.promise;
    const sent = Array.from({ length: 20 }, (_, number) =>
      lanes.run(verb, note(1 + (number % 3), `bound-${number}`)),
    );
    const outcomes = Promise.allSettled(sent);
    gate.resolve();
    const refused = (await outcomes).filter((outcome) => outcome.status === 'rejected');
    await running;
    expect(refused).toHaveLength(20 - 12);
    for (const { reason } of refused) expect(reason).toMatchObject({ code: 'overloaded' });
    const one = Array.from({ length: 9 }, (_, number) => lanes.run(verb, note(7, `party-${number}`)));
    const ofParty = await Promise.allSettled(one);
    expect(ofParty.filter((outcome) => outcome.status === 'rejected')).toHaveLength(4);
    await lanes.close();
  });

  it('a lost race (serialization failure, deadlock, duplicate) is run again, and given up in the end', async () => {
    const lanes = createLanes({ database: test.database, lanes: 1 });
    for (const code of ['40001', '40P01', '23505']) {
      let tries = 0;
      const verb: Verb<number, null, number> = {
        name: `test.race-${code}`,
        load: async () => null,
        decide: (_facts, failures) => failures,
        async record(_tx, _facts, [failures]) {
          tries += 1;
          if (tries <= failures!) throw Object.assign(new Error('lost'), { code });
        },
      };
      expect(await lanes.run(verb, 3)).toBe(3);
      expect(tries).toBe(4);
      tries = 0;
      await expect(lanes.run(verb, 99)).rejects.toMatchObject({ code });
      expect(tries).toBe(4);
    }
    await lanes.close();
  });

  it('a connection that is cut is an unknown outcome for all of the batch, and the next batch passes', async () => {
    const lanes = createLanes({ database: test.database, lanes: 1 });
    const own = statement('test.pid', 'SELECT pg_backend_pid() AS pid');
    const verb: Verb<boolean, null, boolean> = {
      name: 'test.cut',
      load: async () => null,
      decide: (_facts, cut) => cut,
      async record(tx, _facts, decisions) {
        if (!decisions.includes(true)) return;
        const [row] = await tx.query<{ pid: number }>(own);
        await test.database.pool.query('SELECT pg_terminate_backend($1)', [row!.pid]);
        await tx.query(own);
      },
    };
    const outcomes = await Promise.allSettled([lanes.run(verb, true), lanes.run(verb, false)]);
    for (const outcome of outcomes) {
      expect(outcome.status).toBe('rejected');
      if (outcome.status === 'rejected') {
        expect(outcome.reason).toBeInstanceOf(Rejection);
        expect(outcome.reason.code).toBe('unavailable');
      }
    }
    expect(await lanes.run(verb, false)).toBe(false);
    await lanes.close();
  });

  it('core, suspicion: what follows a commit throws, and the committed batch does not run again', async () => {
    const failed: unknown[] = [];
    const lanes = createLanes({ database: test.database, onCommittedFailed: (error) => failed.push(error) });
    const { verb, batches } = notes();
    const throwing = {
      ...verb,
      committed: () => {
        throw new Error('nobody listens');
      },
    };
    const texts = await Promise.all(['after-1', 'after-2'].map((text) => lanes.run(throwing, note(1, text))));
    expect(texts.map(({ text }) => text)).toEqual(['after-1', 'after-2']);
    expect(batches).toHaveLength(1);
    expect(failed).toHaveLength(1);
    await lanes.close();
  });
});
