// `tongbao serve keys rotate NAME` and `serve keys forget NAME`: a further key of a kind in the key file, used from a moment on
// that every running process knows of before; and former ones taken out of it.
import { openDatabase, tell } from '../database/index.ts';
import { assertSameKeys } from '../installation-keys.ts';
import { addKey, afterRotation, dropFormer, type Guard, purposeOf, waitMsOf } from '../key-rotation.ts';
import { type Clock, keysOf, machineClock } from '../system/index.ts';

export interface RotateOptions {
  readonly file: string;
  /** Whose processes are told; null: they find the key at their next start. */
  readonly databaseUrl: string | null;
  /** `gateway`, `cashier` … */
  readonly name: string;
  /** `10m`: when the new key comes into use. Absent: a week for the gateway, five seconds for the others. */
  readonly wait?: string | undefined;
}

/** Throws a one-line error when the name or the wait is none, or the file is not the database's. */
export async function rotateKeys(options: RotateOptions, clock: Clock = machineClock): Promise<void> {
  const purpose = purposeOf(options.name);
  const from = new Date(clock.now().getTime() + waitMsOf(purpose, options.wait));
  const made = await changed(options, (guard) => addKey(options.file, { purpose, from, guard }));
  console.log(`${purpose} key ${made.id} is in ${options.file}, and is used from ${from.toISOString()} on.`);
  for (const line of afterRotation(made)) console.log(line);
  console.log(
    options.databaseUrl === null
      ? 'No process was told (DATABASE_URL is not set): each finds it at its next start.'
      : 'Running processes on this machine were told. Copy the file to all others that serve before that moment.',
  );
}

/** Takes former keys of a kind out of the file: what they made counts no more. */
export async function forgetKeys(
  options: Omit<RotateOptions, 'wait'>,
  clock: Clock = machineClock,
): Promise<void> {
  const purpose = purposeOf(options.name);
  const forgotten = await changed(options, (guard) =>
    dropFormer(options.file, { purpose, now: clock.now(), guard }),
  );
  console.log(
    `${forgotten} former ${purpose} keys are out of ${options.file}; what they made counts no more.`,
  );
}

/** Changes the file when it is the database's, and tells who runs. */
async function changed<Made>(
  { databaseUrl }: Pick<RotateOptions, 'databaseUrl'>,
  change: (guard: Guard) => Promise<Made>,
): Promise<Made> {
  const database = databaseUrl === null ? null : openDatabase({ url: databaseUrl, maxConnections: 1 });
  try {
    const made = await change(async (records) => {
      if (database !== null) await assertSameKeys(database, keysOf(records));
    });
    if (database !== null) await tell(database, 'keys');
    return made;
  } finally {
    await database?.close();
  }
}
