// Which text was signed? Tries the right one, each mistake, two mistakes together, times near the one that was sent, and
// the body's fields in every order, until one has the digest that the signature carries. Bounded by what it may hash.
import { createHash, hash as oneShot } from 'node:crypto';
import { shuffledBodies } from './bodies.ts';
import {
  type Asked,
  bytesOf,
  type Content,
  headOf,
  type Mistake,
  mistakesOf,
  otherTimes,
  rightContent,
} from './contents.ts';
import { type Difference, firstDifference } from './difference.ts';
import type { HashName } from './signature-reading.ts';

export interface Signed {
  /** What each mistake is called; none for the right text. */
  readonly says: readonly string[];
  readonly text: Buffer;
}

/** What is wrong with a text that somebody signed, by name, and where it parts from the right one. */
export function comparedTexts(
  asked: Asked,
  signed: Buffer,
): { expected: Buffer; says: readonly string[] | null; difference: Difference | null } {
  const expected = bytesOf(rightContent(asked));
  const found = searchText(asked, 'sha256', createHash('sha256').update(signed).digest());
  return { expected, says: found?.says ?? null, difference: firstDifference(expected, signed, 40) };
}

/** Some tenths of a second at most. */
const maxHashedBytes = 192 * 1024 * 1024;
const maxTries = 150_000;

/** The text with this digest; null when none of those that are tried has it. */
export function searchText(asked: Asked, hash: HashName, digest: Buffer): Signed | null {
  const wanted = digest.toString('hex');
  let bytes = 0;
  let tries = 0;
  for (const { says, content } of candidates(asked)) {
    const head = headOf(content);
    bytes += head.length + content.body.length;
    if (++tries > maxTries || bytes > maxHashedBytes) return null;
    if (oneShot(hash, Buffer.concat([Buffer.from(head), content.body]), 'hex') === wanted)
      return { says, text: bytesOf(content) };
  }
  return null;
}

interface Candidate {
  readonly says: readonly string[];
  readonly content: Content;
}

/** The right content and each with a single mistake: for a signature whose texts have to be verified one by one. */
export function plainCandidates(asked: Asked): Candidate[] {
  const right = rightContent(asked);
  return [
    { says: [], content: right },
    ...mistakesOf(asked).map(({ says, change }) => ({ says: [says], content: { ...right, ...change } })),
  ];
}

function* candidates(asked: Asked): Generator<Candidate> {
  const right = rightContent(asked);
  const mistakes = mistakesOf(asked);
  yield* plainCandidates(asked);
  for (const { says, body } of digestsOf(bytesOf(right)))
    yield { says: [says], content: { ...nothing, body } };
  yield* pairsOf(right, mistakes);
  for (const { says, change } of otherTimes(asked.time))
    yield { says: [says], content: { ...right, ...change } };
  for (const { says, body } of shuffledBodies(asked.body))
    yield { says: [says], content: { ...right, body } };
}

const nothing = { method: '', path: '', lineEnd: '', client: '', first: '', time: '', last: '' } as const;

/** What is signed by those who hash first and hand the hash to a signer that hashes again. */
function digestsOf(text: Buffer): readonly { says: string; body: Buffer }[] {
  const digest = createHash('sha256').update(text).digest();
  const of = (says: string, body: string | Buffer) => ({ says, body: Buffer.from(body) });
  return [
    of('the SHA-256 of the content (hashed twice)', digest),
    of('the SHA-256 of the content in hex (hashed twice)', digest.toString('hex')),
    of('the SHA-256 of the content in hex capitals (hashed twice)', digest.toString('hex').toUpperCase()),
    of('the SHA-256 of the content in base64 (hashed twice)', digest.toString('base64')),
    of('the content in base64', text.toString('base64')),
    of('the content with a line end after it', Buffer.concat([text, Buffer.from('\n')])),
    of('the content in UTF-16', Buffer.from(text.toString('utf8'), 'utf16le')),
  ];
}

function* pairsOf(right: Content, mistakes: readonly Mistake[]): Generator<Candidate> {
  for (const [at, one] of mistakes.entries())
    for (let other = 0; other < at; other++) {
      const two = mistakes[other]!;
      if (Object.keys(one.change).some((part) => part in two.change)) continue;
      yield { says: [two.says, one.says], content: { ...right, ...one.change, ...two.change } };
    }
}
