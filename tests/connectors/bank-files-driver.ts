// The connector for bank files as the kit drives it: its journal in PostgreSQL, its place a folder or a real OpenSSH
// server, and behind it a bank that takes and leaves files in that folder.
import { createHash, randomBytes } from 'node:crypto';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  createBankFiles,
  folderPlace,
  type Journal,
  type Place,
  sftpPlace,
} from '@tongbao/connector-bank-files';
import type { Answer, Message, SettlementDriver, Step } from '@tongbao/connector-conformance';
import { createBankJournal } from '../../platform/src/settlement/index.ts';
import { StillClock } from '../../platform/src/system/index.ts';
import { testDatabase } from '../../platform/src/testing/index.ts';
import type { Sshd } from './sshd.ts';

export const pollMs = 60_000;

/** How a broken copy of the connector differs from the true one. */
export interface Changes {
  readonly place?: (place: Place) => Place;
  readonly journal?: (journal: Journal) => Journal;
}

export const placeOf = (server: Sshd | null): Place =>
  server === null
    ? folderPlace()
    : sftpPlace({
        ...{ host: '127.0.0.1', port: server.port, user: server.user, privateKey: server.privateKey },
        ...{ hostKey: server.hostKey, timeoutMs: 20_000 },
        fingerprint: (key) => createHash('sha256').update(key).digest('base64').replace(/=+$/, ''),
      });

/** Calls `step` before and after each call, and in the middle of what is written. */
function stepped<Part extends object>(part: Part, step: Step): Part {
  return new Proxy(part, {
    get(target, name, receiver) {
      const method = Reflect.get(target, name, receiver) as unknown;
      if (typeof method !== 'function' || name === 'close') return method;
      return async (...given: unknown[]) => {
        await step();
        if (name === 'write') {
          const [file, bytes] = given as [string, Uint8Array];
          await (target as unknown as Place).write(file, bytes.subarray(0, bytes.length / 2));
          await step();
        }
        const answer: unknown = await method.apply(target, given);
        await step();
        return answer;
      };
    },
  });
}

export async function bankFilesDriver(server: Sshd | null, changes: Changes = {}): Promise<SettlementDriver> {
  const test = await testDatabase();
  const home = await mkdtemp(path.join(server?.folder ?? tmpdir(), 'tongbao-bank-'));
  const folders = { out: `${home}/out`, in: `${home}/in`, done: `${home}/done` };
  for (const folder of [...Object.values(folders), `${home}/bank`]) await mkdir(folder);
  const clock = new StillClock(new Date('2014-05-01T10:00:00Z'));
  const side = bankSide(home);
  return {
    async start(step) {
      const journal = stepped(createBankJournal(test.database), step);
      const place = stepped(placeOf(server), step);
      return createBankFiles({
        place: changes.place?.(place) ?? place,
        journal: changes.journal?.(journal) ?? journal,
        folders,
        accounts: new Map(),
        now: () => clock.now(),
        random: () => randomBytes(8).toString('hex'),
        ...{ pollMs, quietMs: pollMs / 2, onFailed: () => {} },
      });
    },
    pass: async () => clock.advance(pollMs),
    contradicts: true,
    ...side,
    async close() {
      await test.drop();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** The bank: it looks for names that end as agreed, and takes what it finds away. */
export function bankSide(home: string) {
  let counter = 0;
  let last = { name: '', xml: '' };
  const put = async (name: string, text: string) => {
    await writeFile(`${home}/bank/${name}`, text);
    await rename(`${home}/bank/${name}`, `${home}/in/${name}`);
  };
  return {
    async collect(): Promise<Message[]> {
      const names = (await readdir(`${home}/out`)).filter((name) => /^[^.].*\.xml$/.test(name)).sort();
      const taken: Message[] = [];
      for (const name of names) {
        const xml = await readFile(`${home}/out/${name}`, 'utf8');
        await rename(`${home}/out/${name}`, `${home}/bank/${++counter}-${name}`);
        taken.push({ messageId: /<MsgId>([^<]*)</.exec(xml)?.[1] ?? name, xml });
      }
      return taken;
    },
    async answer(answer: Answer): Promise<void> {
      last = { name: `pain002-${++counter}.xml`, xml: statusReport(answer, counter) };
      await put(last.name, last.xml);
    },
    async repeat(): Promise<void> {
      await put(`again-${last.name}`, last.xml);
    },
    async begin(answer: Answer) {
      const xml = statusReport(answer, ++counter);
      const file = `${home}/in/slow-${counter}.xml`;
      await writeFile(file, xml.slice(0, xml.length / 2));
      return { finish: () => appendFile(file, xml.slice(xml.length / 2)) };
    },
    /** Any file, as it is. */
    leave: put,
  };
}

export const statusReport = ({ messageId, endToEndId, paid }: Answer, number: number): string =>
  `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.03"><CstmrPmtStsRpt><GrpHdr><MsgId>R${number}</MsgId><CreDtTm>2014-05-02T10:00:00Z</CreDtTm></GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>${messageId}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.03</OrgnlMsgNmId></OrgnlGrpInfAndSts><OrgnlPmtInfAndSts><OrgnlPmtInfId>${messageId}</OrgnlPmtInfId><TxInfAndSts><OrgnlEndToEndId>${endToEndId}</OrgnlEndToEndId><TxSts>${paid ? 'ACSC' : 'RJCT'}</TxSts>${paid ? '' : '<StsRsnInf><Rsn><Cd>AC04</Cd></Rsn></StsRsnInf>'}</TxInfAndSts></OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>
`;
