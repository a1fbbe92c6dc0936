// Whether the clockwork works: the log is sealed, deliveries go out, nothing waits for a person.
import { countQuarantine, readOldestArrival, readStuckSessions } from '../database/index.ts';
import { readDeliveryQueue } from '../notifications/index.ts';
import { type Check, fail, fine, spanText, warn } from './finding.ts';
import { readConnections } from './postgres-store.ts';

const sealedWithinMs = 30_000;
const deadAfterMs = 5 * 60_000;
const deliveredWithinMs = 60_000;
const stuckForMs = 10_000;

export const checkWork: Check = {
  name: 'work',
  needsDatabase: true,
  alsoSandbox: true,
  async run({ database, clock }) {
    const { ours } = await readConnections(database);
    const arrival = await readOldestArrival(database);
    const queue = await readDeliveryQueue(database, clock.now());
    const held = await countQuarantine(database);
    const stuck = await readStuckSessions(database, stuckForMs);
    const lag = arrival?.ageMs ?? 0;
    const isDead = lag > deadAfterMs;
    const start = 'is serve running? its first process seals, delivers and pays; look at its log';
    return [
      isDead
        ? fail('work.log', `nothing was sealed for ${spanText(lag)}, ${arrival!.waiting} wait`, start)
        : lag > sealedWithinMs
          ? warn('work.log', `the oldest row waits for ${spanText(lag)}`, start)
          : fine('work.log', arrival === null ? 'everything is sealed' : `${arrival.waiting} wait`),
      queue.lateMs > deliveredWithinMs
        ? warn('work.deliveries', `${queue.waiting} wait, ${spanText(queue.lateMs)} late`, start)
        : fine('work.deliveries', `${queue.waiting} wait for their time`),
      held === 0
        ? fine('work.waiting', 'nothing')
        : warn(
            'work.waiting',
            `${held} wait for a person`,
            'npm run tongbao -- waiting list, or Waiting for a person',
          ),
      stuck.length === 0
        ? fine('work.sessions', `${ours} open`)
        : fail(
            'work.sessions',
            `${stuck.length} wait for a process that has stopped`,
            'a process is frozen: end it; another one ends its sessions within seconds',
          ),
    ];
  },
};
