// How a bank writes its CSV, as data that an operator adds: which column has what, and how numbers and days look.
import { isCurrency } from '@tongbao/money';
import { z } from 'zod';

/** A column by the name that the header gives it (in any case), or by its place, counted from 1. */
const column = z.union([z.string().trim().min(1).max(100), z.int().min(1).max(500)]);
const signs = z.array(z.string().trim().min(1).max(20)).min(1).max(10);

const shape = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'small letters, digits and hyphens, at most 40'),
  delimiter: z.enum([',', ';', '\t', '|']).default(','),
  quote: z.enum(['"', "'"]).default('"'),
  /** A name of the WHATWG's list, e.g. windows-1252, gbk, shift_jis, euc-kr; a byte order mark goes before it. */
  encoding: z.string().max(40).optional(),
  /** Lines before the header, or before the first row where there is no header. */
  skipLines: z.int().min(0).max(100).default(0),
  /** Lines at the end that are no rows: sums, disclaimers. */
  skipLastLines: z.int().min(0).max(100).default(0),
  header: z.boolean().default(true),
  columns: z.strictObject({
    date: column,
    /** A signed amount, or one whose side is in the column `side`. */
    amount: column.optional(),
    /** Or two columns of which one is filled. */
    debit: column.optional(),
    credit: column.optional(),
    side: column.optional(),
    reference: column.optional(),
    number: column.optional(),
    currency: column.optional(),
    charge: column.optional(),
    /** Free text: looked through for our references, not kept. */
    text: column.optional(),
  }),
  /** What stands in the column `side` of a debit and of a credit. */
  debitSigns: signs.optional(),
  creditSigns: signs.optional(),
  /** True where what left the account is positive, as on a card's bill. */
  debitsArePositive: z.boolean().default(false),
  /** DD, MM (or MMM: Jan, Feb …) and YYYY or YY, and what stands between them. */
  dateFormat: z.string().max(20).default('YYYY-MM-DD'),
  decimal: z.enum(['.', ',']).default('.'),
  grouping: z.enum(['', '.', ',', ' ', "'"]).default(''),
  /** For files without a column of it. */
  currency: z.string().refine(isCurrency, 'is not a currency').optional(),
});

export const CsvProfile = shape.superRefine((profile, context) => {
  const refuse = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
  const { columns } = profile;
  const split = columns.debit !== undefined && columns.credit !== undefined;
  if ((columns.amount === undefined) !== split)
    refuse(['columns'], 'name the column amount, or both debit and credit');
  if (
    columns.side !== undefined &&
    (columns.amount === undefined || !profile.debitSigns || !profile.creditSigns)
  )
    refuse(['columns', 'side'], 'goes with amount, debitSigns and creditSigns');
  if (columns.side === undefined && (profile.debitSigns || profile.creditSigns))
    refuse(['debitSigns'], 'debitSigns and creditSigns go with the column side');
  if (!profile.header)
    for (const [name, at] of Object.entries(columns))
      if (typeof at === 'string') refuse(['columns', name], 'without a header a column is a number');
  if (profile.decimal === profile.grouping) refuse(['grouping'], 'is the decimal sign too');
  const parts = (profile.dateFormat.match(/YYYY|YY|MMM|MM|DD/g) ?? [])
    .map((part) => part[0])
    .sort()
    .join('');
  if (parts !== 'DMY' || /[A-Za-z0-9]/.test(profile.dateFormat.replace(/YYYY|YY|MMM|MM|DD/g, '')))
    refuse(['dateFormat'], 'has DD, MM (or MMM) and YYYY (or YY) once, and signs between them');
  if (profile.encoding !== undefined && !isEncoding(profile.encoding)) refuse(['encoding'], 'is not known');
});
export type CsvProfile = z.output<typeof CsvProfile>;

function isEncoding(name: string): boolean {
  try {
    return new TextDecoder(name).encoding !== '';
  } catch {
    return false;
  }
}

/** What a file has without a profile: columns by these names, in any order; charge and number where the bank has them. */
export const plainProfile: CsvProfile = CsvProfile.parse({
  name: 'plain',
  columns: { date: 'date', amount: 'amount', currency: 'currency', reference: 'reference' },
});
/** Columns that the plain profile takes where the header has them. */
export const plainExtras = ['charge', 'number', 'text'] as const;
