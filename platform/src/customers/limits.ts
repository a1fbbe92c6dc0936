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
  /** Sent again with the same code and token this soon after it was used: the answer was lost, and is given again. */
  codeRepeatMs: 2 * minute,
  /**
   * Codes that one asks for: this far apart unless the former was used, and so many a day. One is a network, or a
   * browser that has signed in before, or who is signed in; each of them for one phone. All networks together send a
   * phone no more than `codesByPhone`, so that nobody's phone rings all night. A sandbox, where whole test suites sign
   * the same few people in, allows a thousand times as many.
   */
  codeIntervalMs: minute,
  codesByCaller: 10,
  codesByPhone: 20,
  codeWindowMs: 24 * hour,
  /** From one network, for all phones: an office behind one address signs in, a list of numbers is not gone through. */
  codesByNetwork: 60,
  codesByNetworkADay: 500,
  entriesByNetwork: 120,
  entriesByDevice: 30,
  networkWindowMs: 10 * minute,
  /** Tries a day for one phone of who has not the token that the code was sent with. */
  strayTries: 10,
  /** A browser that signed in is known for so long after its last sign-in, and so many of one customer. */
  deviceKnownMs: 180 * 24 * hour,
  knownDevices: 20,
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
