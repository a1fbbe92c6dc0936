// SQL with a name: PostgreSQL prepares it once per connection.

/** Built only in `store.ts` files. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

export const statement = (name: string, text: string): Statement => ({ name, text });
