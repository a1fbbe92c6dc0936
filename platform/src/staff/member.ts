// The nouns of the room: a person, his role, and what he did.
export const roles = ['merchant', 'maker', 'checker', 'auditor'] as const;
export type Role = (typeof roles)[number];

export interface Member {
  readonly id: bigint;
  readonly username: string;
  readonly name: string;
  readonly role: Role;
  /** The one merchant that a merchant's user sees; null for everybody else. */
  readonly merchantId: bigint | null;
}

export interface Act {
  readonly id: bigint;
  readonly username: string;
  readonly name: string;
  readonly role: Role;
  /** `break.propose`, `rate.confirm`, `session.open` … */
  readonly act: string;
  /** What it was done to: `break/123`. */
  readonly object: string;
  /** What was said and what it changed. */
  readonly detail: string;
  readonly actedAt: Date;
}
