// Files of the bank come in once each: read whole, kept in the journal by their content, and only then put away. What dies
// in between is done again, and the journal knows the content.
import { createHash } from 'node:crypto';
import { isWhole, kindOf } from './content.ts';
import type { Journal } from './journal.ts';
import { type Listed, Missing, type Place } from './place.ts';

export interface InboxParts {
  readonly place: Place;
  readonly journal: Journal;
  /** Where the bank leaves files. */
  readonly folder: string;
  /** Where they are put afterwards; null where they are removed. */
  readonly done: string | null;
  readonly now: () => Date;
  /** A file whose form does not tell whether all of it is there is taken when it has not changed for so long. */
  readonly quietMs: number;
  /** A file that could not be taken. It is looked at again. */
  readonly onFailed: (error: unknown, name: string) => void;
}

/** Names under which files are still being written. */
const unfinished = /^\.|\.(?:tmp|part|partial|filepart|crdownload|writing|swp)$/i;
/** At one look; what is left comes at the next. */
const filesAtOnce = 200;
const maxBytes = 192 * 1024 * 1024;
/** A file that is plainly cut is given to people, as it is, when the bank has not gone on for so long. */
const cutMs = 3_600_000;

export interface Inbox {
  /** Looks once; answers how many files were kept. */
  look(): Promise<number>;
}

interface Seen extends Listed {
  readonly at: number;
}

export function createInbox(parts: InboxParts): Inbox {
  let seen = new Map<string, Seen>();

  /** Since when the file is as it is now, as far as this process has seen. */
  function unchangedFor(file: Listed): number {
    const now = parts.now().getTime();
    const former = seen.get(file.name);
    const same = former !== undefined && former.size === file.size && former.changed === file.changed;
    if (!same) seen.set(file.name, { ...file, at: now });
    return same ? now - former.at : 0;
  }

  return {
    async look() {
      const listed = await parts.place.list(parts.folder);
      const files = listed.filter(({ name }) => !unfinished.test(name)).slice(0, filesAtOnce);
      seen = new Map([...seen].filter(([name]) => files.some((file) => file.name === name)));
      let kept = 0;
      for (const file of files) {
        try {
          if (await takeIn(parts, file, unchangedFor(file))) kept += 1;
        } catch (error) {
          // Another process has put it away.
          if (!(error instanceof Missing)) parts.onFailed(error, file.name);
        }
      }
      return kept;
    },
  };
}

async function takeIn(parts: InboxParts, file: Listed, unchangedMs: number): Promise<boolean> {
  const { place, journal, folder, done, quietMs } = parts;
  if (file.size > maxBytes) throw new Error(`the file is larger than ${maxBytes / 1024 / 1024} MiB`);
  if (file.size === 0) return false;
  const bytes = await place.read(`${folder}/${file.name}`);
  const whole = isWhole(bytes);
  if (whole === false && unchangedMs < cutMs) return false;
  if (whole === null && (unchangedMs < quietMs || bytes.length !== file.size)) return false;
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const isNew = await journal.keep({ name: file.name.slice(0, 200), sha256, kind: kindOf(bytes), bytes });
  const from = `${folder}/${file.name}`;
  if (done === null) await place.remove(from);
  else await place.move(from, `${done}/${sha256.slice(0, 16)}-${file.name}`);
  return isNew;
}
