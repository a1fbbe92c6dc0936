// Deliberate bugs, one at a time: patches of the platform's sources that `npm run mutations` puts in while a process
// reads them. Nothing of this is in the sources themselves. Each is a mistake that somebody could make in good faith.
import { bookMutations } from './mutations-books.ts';
import { edgeMutations } from './mutations-edges.ts';
import { timeMutations } from './mutations-time.ts';

export interface Mutation {
  readonly name: string;
  /** What a reviewer would write beside it. */
  readonly what: string;
  readonly file: string;
  /** What stands there, exactly once, and what stands there instead. */
  readonly changes: readonly (readonly [was: string, becomes: string])[];
  /** What would otherwise stand in for it: a second place that asks the same question. */
  readonly also?: readonly Pick<Mutation, 'file' | 'changes'>[];
  /** Where the search for it begins: a world with the circumstances that it needs. Absent: seed 1. */
  readonly seed?: number;
  /** How many payments its worlds have beside their episodes, where it is not the usual number. */
  readonly payments?: number;
  /** Whether it only shows in races. Absent: serial, where nothing depends on the machine. */
  readonly mode?: 'serial' | 'concurrent';
}

export const mutations: readonly Mutation[] = [...bookMutations, ...edgeMutations, ...timeMutations];

/** The files that a mutation changes. */
export const patchesOf = ({ file, changes, also = [] }: Mutation): readonly Patch[] => [
  { file, changes },
  ...also,
];

export type Patch = Pick<Mutation, 'file' | 'changes'>;

/** The mutated text of a source. Throws when it no longer says what the mutation was made for. */
export function mutated(name: string, { file, changes }: Patch, source: string): string {
  let text = source;
  for (const [was, becomes] of changes) {
    const found = text.split(was).length - 1;
    if (found !== 1)
      throw new Error(
        `the mutation ${name} does not fit ${file} any more: "${was}" stands there ${found} times, not once`,
      );
    text = text.replace(was, () => becomes);
  }
  return text;
}
