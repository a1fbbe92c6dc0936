// The wire's scalars, read as tolerantly as real clients write them: everything may be quoted or not, null and the
// empty string mean absent, lengths are those of the reference's tables (AMS reference, sections 0 and 3).
import { z } from 'zod';
import { isReturnAddress, isWebAddress } from '../addresses.ts';
import { faultOfSellerName } from '../shown-text.ts';

/** Null and '' are absent: Go omits zero values, Java sends nulls nowhere, plugins send both. */
const absent = (value: unknown): unknown => (value === null || value === '' ? undefined : value);
const asText = (value: unknown): unknown =>
  typeof value === 'number' || typeof value === 'boolean' ? String(value) : absent(value);

/** No text that people write has a NUL, and databases keep none. */
const withoutNul = (value: string): boolean => !value.includes('\u0000');
const hasNul = 'has a NUL character';

/** Text of at most `max` characters, required. */
export const text = (max: number) =>
  z.preprocess(
    asText,
    z
      .string({ error: 'is missing or not a text' })
      .max(max, `is longer than ${max} characters`)
      .refine(withoutNul, hasNul),
  );

export const optional = <Schema extends z.ZodType>(schema: Schema) => z.preprocess(absent, schema.optional());

export const optionalText = (max: number) =>
  z.preprocess(
    asText,
    z
      .string({ error: 'is not a text' })
      .max(max, `is longer than ${max} characters`)
      .refine(withoutNul, hasNul)
      .optional(),
  );

/** The name of whoever sells, in another's shop: it is shown beside the merchant's. */
export const optionalSellerName = (max: number) =>
  optionalText(max).superRefine((value, context) => {
    const fault = value === undefined ? null : faultOfSellerName(value);
    if (fault !== null) context.addIssue({ code: 'custom', message: fault });
  });

/** JSON text, or the object itself (the official Magento plugin sends extendInfo as an object). */
export const jsonText = (max: number) =>
  z.preprocess(
    (value) => (typeof value === 'object' && value !== null ? JSON.stringify(value) : asText(value)),
    z.string().max(max, `is longer than ${max} characters`).refine(withoutNul, hasNul).optional(),
  );

/** true, "true", false, "false", in any letter case. */
export const optionalFlag = z.preprocess(
  (value) =>
    typeof value === 'string' && /^(true|false)$/i.test(value)
      ? value.toLowerCase() === 'true'
      : absent(value),
  z.boolean({ error: 'is neither true nor false' }).optional(),
);

/** One of some names, whatever the letter case; Java sends enum names where the wire value differs. */
export const oneOf = <const Names extends readonly [string, ...string[]]>(
  names: Names,
  aliases: Readonly<Record<string, Names[number]>> = {},
) =>
  z.preprocess(
    (value) => {
      if (typeof value !== 'string') return absent(value);
      const upper = value.toUpperCase();
      return aliases[upper] ?? names.find((name) => name.toUpperCase() === upper) ?? value;
    },
    z.enum(names, { error: `is none of ${names.join(', ')}` }),
  );

/** An id of a request: letters, digits, underscore, hyphen and what else clients' ids have been seen with; 1–64. */
export const requestId = z.preprocess(
  asText,
  z
    .string({ error: 'is missing or not a text' })
    .min(1, 'is empty')
    .max(64, 'is longer than 64 characters')
    .regex(/^[\x21-\x7e]+$/, 'may only have visible ASCII characters'),
);

export const optionalRequestId = z.preprocess(absent, requestId.optional());

/** An instant, ISO 8601 with an offset. */
export const optionalInstant = z.preprocess(
  absent,
  z
    .string({ error: 'is not a time' })
    .regex(
      /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})$/,
      'is not an ISO 8601 time with an offset',
    )
    .refine((value) => !Number.isNaN(Date.parse(withColon(value))), 'is not a time')
    .transform((value) => new Date(withColon(value)))
    .optional(),
);

const withColon = (time: string): string => time.replace(/([+-]\d{2})(\d{2})$/, '$1:$2');

const address = (max: number, isUsable: (value: string) => boolean) =>
  z
    .string({ error: 'is not a URL' })
    .max(max, `is longer than ${max} characters`)
    .refine(isUsable, 'is not a usable URL');

/** Where a server is told: absolute http(s). */
export const optionalWebUrl = (max: number) => z.preprocess(absent, address(max, isWebAddress).optional());

/**
 * Where a shopper goes back to: absolute http(s), or a link into the shop's app. A bare "/", which official clients send
 * when they have none, becomes the empty text: the shopper stays.
 */
export const optionalReturnUrl = (max: number) =>
  z.preprocess(
    absent,
    address(max, (value) => value === '/' || isReturnAddress(value))
      .transform((value) => (value === '/' ? '' : value))
      .optional(),
  );

/**
 * An amount: ISO 4217 code and a whole number of minor units, 1 to 16 digits, as text (a JSON integer is tolerated).
 * ₩59,000 is { "currency": "KRW", "value": "59000" }; "590.00" is refused, since minor units have no decimals.
 */
export const amount = z.object(
  {
    currency: z.preprocess(
      asText,
      z.string({ error: 'is missing' }).regex(/^[A-Z]{3}$/, 'is not an ISO 4217 code'),
    ),
    value: z.preprocess(
      (value) => (typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value),
      z
        .string({ error: 'is missing or not a text' })
        .regex(/^\d{1,16}$/, 'is not a whole number of minor units (1 to 16 digits, no sign, no decimals)'),
    ),
  },
  { error: 'is missing or not an amount' },
);
export type WireAmount = z.output<typeof amount>;
