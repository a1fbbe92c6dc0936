// How often and how long: the room's limits in one place. Durations in milliseconds.

const minute = 60_000;
const hour = 60 * minute;

export const limits = {
  /** Wrong PINs in a row before the lock, and how long the lock stands. */
  pinTries: 5,
  pinLockMs: 3 * hour,
  /** A one-time code: how long it is good for, and for how many tries. */
  codeLifetimeMs: 5 * minute,
  codeTries: 5,
  /**
   * Codes for one phone: this far apart unless the former was used, and this many in a window that opens with the
   * first of them. A sandbox, where whole test suites sign the same few people in, allows more.
   */
  codeIntervalMs: minute,
  codesPerWindow: 10,
  sandboxCodesPerWindow: 10_000,
  codeWindowMs: 24 * hour,
  /** Names and numbers that one customer may have the registry asked about, in a window that opens with the first. */
  identityTries: 5,
  identityWindowMs: 24 * hour,
  /** A person younger than this opens no wallet alone. House policy. */
  leastAge: 16,
  /** Passkeys of one customer, and how long a challenge is good for. */
  passkeys: 10,
  challengeLifetimeMs: 5 * minute,
  /** A session ends this long after it began, or this long after it was last used. */
  sessionLifetimeMs: 7 * 24 * hour,
  sessionIdleMs: 12 * hour,
  /** The last use is written down at most this often. */
  sessionTouchMs: minute,
} as const;

export const later = (instant: Date, ms: number): Date => new Date(instant.getTime() + ms);
