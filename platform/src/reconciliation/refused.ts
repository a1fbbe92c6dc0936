// What the room refuses for a reason that an operator can act on.

/** An act that is not allowed, or not now; the message says why. */
export class ReconciliationRefused extends Error {}
