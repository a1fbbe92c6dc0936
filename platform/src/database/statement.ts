// SQL with a name: PostgreSQL prepares it once per connection.

/** Built only in `store.ts` files. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

export const statement = (name: string, text: string): Statement => ({ name, text });

/** An instant as text with all its microseconds, which a `Date` has no place for: 2014-11-11T02:00:00.000123Z. */
export const microsecondText = (column: string): string =>
  `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
