// The one logger: JSON lines, without personal data or secrets, errors without the objects that drivers hang on them.
import { type Logger, pino } from 'pino';

/** `to`: standard output, or the error output where a command's answer has the standard one. */
export function createLog(level: string, to: 'stdout' | 'stderr' = 'stdout'): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: plainError },
    redact: {
      paths: ['pin', 'password', 'token', 'headers', '*.pin', '*.password', '*.token', '*.headers'],
      censor: '[redacted]',
    },
  };
  return to === 'stdout' ? pino(options) : pino(options, pino.destination({ dest: 2, sync: true }));
}

/** Database errors carry their whole connection, failed requests their bodies: only what helps is kept. */
function plainError(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const { code, detail: _detail, cause } = error as Error & { code?: unknown; detail?: unknown };
  return {
    type: error.name,
    message: error.message,
    code: typeof code === 'string' ? code : undefined,
    stack: error.stack,
    cause: cause === undefined ? undefined : plainError(cause),
  };
}
