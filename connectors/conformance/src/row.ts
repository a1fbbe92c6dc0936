// A row of the kit: one way in which banks, networks and processes fail, and what must hold all the same.

export interface Row<Driver> {
  readonly name: string;
  readonly title: string;
  /** Why it matters, and what to do about a red row. */
  readonly why: string;
  readonly remedy: string;
  /** Throws RowFailed. Answers null where this bank cannot do what the row is about, else what was seen. */
  run(driver: Driver): Promise<string | null>;
}

export class RowFailed extends Error {}

export interface RowResult {
  readonly name: string;
  readonly title: string;
  /** Null: this bank cannot do what the row is about. */
  readonly ok: boolean | null;
  readonly said: string;
  readonly why?: string;
  readonly remedy?: string;
}

/** Plays one row on a driver of its own. Whatever else is thrown is a red row too. */
export async function play<Driver>(row: Row<Driver>, driver: Driver): Promise<RowResult> {
  const { name, title, why, remedy } = row;
  try {
    const said = await row.run(driver);
    return { name, title, ok: said === null ? null : true, said: said ?? 'not with this bank' };
  } catch (error) {
    return { name, title, ok: false, said: (error as Error).message, why, remedy };
  }
}

export function holds(condition: boolean, otherwise: string): asserts condition {
  if (!condition) throw new RowFailed(otherwise);
}

/** Whether it was refused, or not known: that it threw. */
export const throws = (asked: Promise<unknown>): Promise<boolean> =>
  asked.then(
    () => false,
    () => true,
  );
