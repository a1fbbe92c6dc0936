// Vendure's log, kept to what a person should see: warnings and errors, one line each, on standard error.
import type { VendureLogger } from '@vendure/core';

const say = (level: string, message: string, context = 'Vendure') =>
  process.stderr.write(`stores ${level} [${context}] ${message}\n`);

export const quietLogger: VendureLogger = {
  error(message, context, trace) {
    say('error', trace === undefined ? message : `${message}\n${trace}`, context);
  },
  warn(message, context) {
    // Said at every start of a server whose APIs are open by intention; here they are (docs/guides/stores.md).
    if (!/^(Default superadmin|.*introspection|.*CSRF|.*playground)/i.test(message))
      say('warn', message, context);
  },
  info: () => undefined,
  verbose: () => undefined,
  debug: () => undefined,
};
