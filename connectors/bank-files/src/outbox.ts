// A file goes to the bank exactly once, whatever dies in between. It is uploaded under a name of its own, read back,
// chosen in the journal, and moved to the name that the bank looks for. Only the chosen upload is ever moved, and moving
// is one step: so while it is there it was not moved, and when it is gone it was, also if the bank has fetched it since.
import { createHash } from 'node:crypto';
import type { Journal, Upload } from './journal.ts';
import { Missing, type Place } from './place.ts';

export interface OutboxParts {
  readonly place: Place;
  readonly journal: Journal;
  /** Where the bank looks for our files. */
  readonly folder: string;
  /** Letters and digits that never come twice. */
  readonly random: () => string;
}

const usable = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

export async function handOver(parts: OutboxParts, name: string, bytes: Uint8Array): Promise<void> {
  if (!usable.test(name)) throw new Error(`${JSON.stringify(name)} cannot be a file's name`);
  const { place, journal, folder } = parts;
  const sha256 = sha256Of(bytes);
  const known = await journal.find(name);
  if (known !== null && known.sha256 !== sha256)
    throw new Error(`the file ${name} was handed to the bank with another content`);
  if (known?.handedOver === true) return;
  const chosen = known ?? (await upload(parts, name, { bytes, sha256 }));
  if (chosen.sha256 !== sha256) throw new Error(`the file ${name} is being handed over with another content`);
  try {
    await place.move(`${folder}/${chosen.temporary}`, `${folder}/${name}`);
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    // Moved before, unless the folder itself is away: then this throws, and nothing is concluded.
    const listed = await place.list(folder);
    if (listed.some((file) => file.name === chosen.temporary)) throw error;
  }
  await journal.markHandedOver(name);
  await removeLeftovers(parts, name);
}

const beginningOf = (name: string): string => `.${name}.`;
const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function upload(
  { place, journal, folder, random }: OutboxParts,
  name: string,
  file: { bytes: Uint8Array; sha256: string },
): Promise<Upload> {
  const temporary = `${beginningOf(name)}${random()}.tmp`;
  await place.write(`${folder}/${temporary}`, file.bytes);
  const stored = await place.read(`${folder}/${temporary}`);
  if (sha256Of(stored) !== file.sha256) throw new Error(`the file ${name} did not arrive whole`);
  const chosen = await journal.choose(name, { temporary, sha256: file.sha256 });
  if (chosen.temporary !== temporary) await place.remove(`${folder}/${temporary}`);
  return chosen;
}

/** Uploads that died before they were chosen. The file has gone, so none of them can be chosen any more. */
async function removeLeftovers({ place, folder }: OutboxParts, name: string): Promise<void> {
  for (const { name: other } of await place.list(folder))
    if (other.startsWith(beginningOf(name)) && other.endsWith('.tmp'))
      await place.remove(`${folder}/${other}`);
}
