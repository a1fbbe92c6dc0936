// What the age and the moments of keys say. Pure.
import { type KeyPurpose, type KeyRecord, keyPurposes } from '../system/index.ts';
import { type Finding, fine, spanText, warn } from './finding.ts';

const oldDays = 730;
const dayMs = 86_400_000;

/** A row for each purpose: which is used, since when, which comes next. A key of the first hour has no moment. */
export const keyFindings = (records: readonly KeyRecord[], now: Date): Finding[] =>
  keyPurposes.map((purpose) => keyFinding(purpose, records, now));

function keyFinding(purpose: KeyPurpose, records: readonly KeyRecord[], now: Date): Finding {
  const check = `keys.${purpose}`;
  const mine = records.filter((key) => key.purpose === purpose).sort((left, right) => right.id - left.id);
  const momentOf = ({ from }: KeyRecord): number => (from === undefined ? 0 : Date.parse(from));
  const used = mine.find((key) => momentOf(key) <= now.getTime()) ?? mine.at(-1);
  if (used === undefined) return warn(check, 'there is none', 'serve does not start without it');
  const coming = mine.filter((key) => momentOf(key) > now.getTime() && key.id !== used.id);
  const since = momentOf(used);
  const age = since === 0 ? null : now.getTime() - since;
  const words = [
    `${used.id} is used${age === null ? '' : `, since ${spanText(age)}`}`,
    ...(mine.length > 1 + coming.length ? [`${mine.length - 1 - coming.length} former`] : []),
    ...coming.map((key) => `${key.id} from ${key.from} on`),
  ].join(', ');
  if (age !== null && age > oldDays * dayMs)
    return warn(check, words, `older than two years: npm run tongbao -- keys rotate ${purpose}`);
  return fine(check, words);
}
