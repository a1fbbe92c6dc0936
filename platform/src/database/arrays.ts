// Whole batches as PostgreSQL array literals. The driver's own encoding escapes every element with a regular
// expression, which costs more than everything that a payment's decision does; these know what they write.

/** int8[], int4[], smallint[]: digits need no quotes. */
export const integers = (values: readonly (bigint | number)[]): string => `{${values.join(',')}}`;

const special = /["\\]/g;
const quoted = (text: string): string =>
  `"${text.includes('"') || text.includes('\\') ? text.replace(special, '\\$&') : text}"`;

/** text[]; null stays NULL. */
export function texts(values: readonly (string | null)[]): string {
  let literal = '{';
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    if (index > 0) literal += ',';
    literal += value === null ? 'NULL' : quoted(value);
  }
  return `${literal}}`;
}

/** timestamptz[]; null stays NULL. A batch has few distinct instants, so that the last one is remembered. */
export function instants(values: readonly (Date | null)[]): string {
  let literal = '{';
  let last: Date | null = null;
  let text = '';
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    if (index > 0) literal += ',';
    if (value === null) literal += 'NULL';
    else {
      if (last === null || value.getTime() !== last.getTime()) {
        last = value;
        text = value.toISOString();
      }
      literal += text;
    }
  }
  return `${literal}}`;
}
