// Bodies and queries by their schema; what does not fit is a 400 that says where.
import { z } from 'zod';

class BadRequest extends Error {
  readonly statusCode = 400;
}

export function parse<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new BadRequest(z.prettifyError(parsed.error));
}
