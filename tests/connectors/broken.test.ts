// Broken copies of connectors: each row of the kits has to see its own.
import { type Journal, Missing } from '@tongbao/connector-bank-files';
import { play, registryRows, settlementRows } from '@tongbao/connector-conformance';
import type { CardAnswer, Registry } from '@tongbao/connector-interface';
import { expect, test } from 'vitest';
import { bankFilesDriver, type Changes } from './bank-files-driver.ts';
import { httpRegistryDriver } from './registry-driver.ts';

const folderOf = (file: string): string => file.slice(0, file.lastIndexOf('/'));

/** The bytes are changed on the way to the bank. */
const garbled: Changes = {
  place: (place) => {
    let whole: Uint8Array = new Uint8Array();
    return {
      ...place,
      write: (file, bytes) => {
        whole = bytes;
        return place.write(file, Buffer.from(Buffer.from(bytes).toString('latin1'), 'utf8'));
      },
      read: async (file) => (file.endsWith('.tmp') ? Buffer.from(whole) : place.read(file)),
    };
  },
};

/** Nothing is remembered of what was handed over. */
const forgetful: Changes = {
  journal: (journal) => ({ ...journal, find: async () => null, choose: async (_name, upload) => upload }),
};

/** Of two processes each believes in its own upload. */
const selfish: Changes = {
  journal: (journal) => ({
    ...journal,
    async choose(name, upload) {
      await journal.choose(name, upload);
      return upload;
    },
  }),
};

/** The file is written under the name that the bank looks for. */
const inSight: Changes = {
  place: (place) => ({
    ...place,
    async move(from, to) {
      if (!from.endsWith('.tmp')) return place.move(from, to);
      const bytes = await place.read(from);
      await place.write(to, bytes);
      await place.remove(from);
    },
  }),
};

/** What is only chosen counts as handed over. */
const hopeful: Changes = {
  journal: (journal) => ({
    ...journal,
    async choose(name, upload) {
      const chosen = await journal.choose(name, upload);
      await journal.markHandedOver(name);
      return chosen;
    },
  }),
};

/** Whether it went is seen by whether the file is there. */
const looking: Changes = {
  place: (place) => ({
    ...place,
    async move(from, to) {
      if (!from.endsWith('.tmp')) return place.move(from, to);
      const there = await place.list(folderOf(to));
      if (there.some(({ name }) => to.endsWith(`/${name}`))) throw new Missing('gone');
      await place.write(to, await place.read(from));
    },
  }),
  journal: (journal) => ({
    ...journal,
    find: async (name) => {
      const found = await journal.find(name);
      return found === null ? null : { ...found, handedOver: false };
    },
  }),
};

/** The same upload goes, whatever content comes later under its id. */
const overwriting: Changes = {
  journal: (journal) => ({ ...journal, find: async () => null, choose: async (_name, upload) => upload }),
};

/** A document is told once, to whoever asks first. */
const onceOnly = (): Changes => {
  const told = new Set<bigint>();
  return {
    journal: (journal) => ({
      ...journal,
      async answers(after, limit) {
        const found = (await journal.answers(after, limit)).filter(({ cursor }) => !told.has(cursor));
        for (const { cursor } of found) told.add(cursor);
        return found;
      },
    }),
  };
};

const changedAnswers = (change: (all: Awaited<ReturnType<Journal['answers']>>) => typeof all): Changes => ({
  journal: (journal) => ({
    ...journal,
    answers: async (after, limit) => change(await journal.answers(after, limit)),
  }),
});

/** The same content under another name is another document. */
const byName: Changes = {
  journal: (journal) => ({
    ...journal,
    keep: (file) =>
      journal.keep({
        ...file,
        bytes: Buffer.concat([file.bytes, Buffer.from(`<!--${file.name}-->`)]),
        sha256: hashOf(file.name),
      }),
  }),
};
const hashOf = (name: string): string => Buffer.from(name).toString('hex').padEnd(64, '0').slice(-64);

/** A file that is still being written is taken for whole. */
const hasty: Changes = {
  place: (place) => ({
    ...place,
    read: async (file) => {
      const bytes = await place.read(file);
      return file.includes('/in/') ? Buffer.concat([bytes, Buffer.from('</Document>')]) : bytes;
    },
  }),
};

/** Files are put away before they are kept. */
const eager: Changes = {
  place: (place) => ({
    ...place,
    read: async (file) => {
      const bytes = await place.read(file);
      if (file.includes('/in/')) await place.remove(file);
      return bytes;
    },
    move: async (from, to) => (from.includes('/in/') ? undefined : place.move(from, to)),
  }),
};

const copies: readonly [string, Changes][] = [
  ['once', garbled],
  ['again', forgetful],
  ['together', selfish],
  ['dies', hopeful],
  ['taken', inSight],
  ['taken', looking],
  ['cut', forgetful],
  ['other', overwriting],
  ['late', changedAnswers(() => [])],
  ['cursors', onceOnly()],
  ['cursors', changedAnswers((all) => all.map((each) => ({ ...each, cursor: each.cursor % 3n })))],
  ['doubled', byName],
  ['contradictory', changedAnswers((all) => all.filter(({ bytes }) => !Buffer.from(bytes).includes('RJCT')))],
  ['half', hasty],
  ['fetching', eager],
];

test.each(copies)('the row %s sees its broken copy (%#)', async (name, changes) => {
  const row = settlementRows.find((each) => each.name === name)!;
  const driver = await bankFilesDriver(null, changes);
  const result = await play(row, driver);
  await driver.close();
  expect(result).toMatchObject({ name, ok: false, why: row.why, remedy: row.remedy });
});

test('there is a broken copy for every row', () => {
  expect(new Set(copies.map(([name]) => name))).toEqual(new Set(settlementRows.map(({ name }) => name)));
});

const noMatch: CardAnswer = { outcome: 'no-match', reference: 'BROKEN', wrong: [] };

/** What is not known counts as a no. */
const doubting = (registry: Registry): Registry => ({
  ...registry,
  checkPerson: (question) => registry.checkPerson(question).catch(() => ({ ...noMatch, wrong: [] })),
  checkCard: (question) => registry.checkCard(question).catch(() => noMatch),
});

/** Every question has an id of its own. */
const renaming = (registry: Registry): Registry => {
  let count = 0;
  return {
    ...registry,
    checkCard: (question) =>
      registry.checkCard({ ...question, requestId: `${question.requestId}-${++count}` }),
  };
};

/** The first answer to an id is kept, whatever is asked under it. */
const remembering = (registry: Registry): Registry => {
  const known = new Map<string, Promise<CardAnswer>>();
  return {
    ...registry,
    checkCard(question) {
      const answer = known.get(question.requestId) ?? registry.checkCard(question);
      known.set(question.requestId, answer);
      return answer;
    },
  };
};

/** It guesses what is wrong. */
const telling = (registry: Registry): Registry => ({
  ...registry,
  async checkCard(question) {
    const answer = await registry.checkCard(question);
    return answer.outcome === 'no-match' ? { ...answer, wrong: ['phone'] } : answer;
  },
});

/** Its errors say what was asked. */
const unhiding = (registry: Registry): Registry => ({
  ...registry,
  async checkCard(question) {
    try {
      return await registry.checkCard(question);
    } catch (error) {
      throw new Error(`asked for ${question.cardNumber}`, { cause: error });
    }
  },
});

/** No code is right. */
const deaf = (registry: Registry): Registry => ({
  ...registry,
  confirmCard: async () => ({ outcome: 'wrong-code', reference: 'BROKEN', attemptsLeft: 1 }),
});

/** The phone is not held against anything. */
const threeElements = (registry: Registry): Registry => ({
  ...registry,
  checkCard: (question) => registry.checkCard({ ...question, phone: '+8613800138000' }),
});

const registryCopies: readonly [string, (registry: Registry) => Registry][] = [
  ['match', threeElements],
  ['match', telling],
  ['vague', telling],
  ['once', renaming],
  ['other', remembering],
  ['other', renaming],
  ['unknown', doubting],
  ['lost', doubting],
  ['lost', renaming],
  ['late', doubting],
  ['nonsense', doubting],
  ['nonsense', unhiding],
  ['code', deaf],
];

test.each(registryCopies)('of registries, the row %s sees its broken copy (%#)', async (name, change) => {
  const row = registryRows.find((each) => each.name === name)!;
  const driver = await httpRegistryDriver(change);
  const result = await play(row, driver);
  await driver.close();
  expect(result).toMatchObject({ name, ok: false, why: row.why, remedy: row.remedy });
});

test('there is a broken copy for every row about registries', () => {
  expect(new Set(registryCopies.map(([name]) => name))).toEqual(
    new Set(registryRows.map(({ name }) => name)),
  );
});
