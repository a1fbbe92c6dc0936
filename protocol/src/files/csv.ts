// How the AMS files are written: a header of column names, one line a row, `<END>` as the last line (AMS reference,
// section 8). UTF-8, comma-separated, quoted only where a value needs it.

/** A value as the file has it: with a comma, a quote or a line end it stands in quotes. */
export const csvValue = (value: string): string =>
  /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;

export const csvLine = (values: readonly string[]): string => `${values.map(csvValue).join(',')}\n`;

export const endLine = '<END>\n';
