// Names of intentions: made once for each, so that asking again is the same request.

/** Unlike randomUUID this is there on pages without TLS, too. */
export const newRequestId = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  );
