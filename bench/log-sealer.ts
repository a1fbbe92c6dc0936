// The sealing of the audit log in a thread of its own, as the clockwork of `serve` is a process of its own.
import { parentPort, workerData } from 'node:worker_threads';
import { createAuditLog } from '../platform/src/audit-log/index.ts';
import { openDatabase } from '../platform/src/database/index.ts';
import { machineClock } from '../platform/src/system/index.ts';

const database = openDatabase({ url: workerData as string, maxConnections: 2 });
const log = createAuditLog({ database, clock: machineClock, signer: null });
const everyMs = 1_000;

let ticking: NodeJS.Timeout | undefined;
let sealing: Promise<unknown> = Promise.resolve();
const round = () => {
  sealing = sealing.then(() => log.sealAll());
};

parentPort!.on('message', async (word: 'start' | 'stop' | 'close') => {
  if (word === 'start') ticking = setInterval(round, everyMs);
  else {
    clearInterval(ticking);
    round();
    await sealing;
    if (word === 'close') await database.close();
  }
  parentPort!.postMessage(word);
  if (word === 'close') parentPort!.close();
});
