// The nouns of the room: a person, his role, and what he did.
export type Role = 'merchant' | 'maker' | 'checker' | 'auditor' | 'admin';

/** What a merchant's member may do at the shop. */
export type ShopRole = 'owner' | 'finance' | 'developer' | 'viewer';

export interface Member {
  readonly id: bigint;
  readonly username: string;
  readonly name: string;
  readonly role: Role;
  /** The one merchant that a merchant's user sees; null for everybody else. */
  readonly merchantId: bigint | null;
  /** What a merchant's user may do there; null for everybody else. */
  readonly shopRole: ShopRole | null;
}

/** Who has a session, and how it stands. */
export interface SignedMember extends Member {
  readonly session: {
    readonly id: bigint;
    /** The person proved a moment ago to be who they are: what acts with money ask for. */
    readonly isFresh: boolean;
    /** A second factor is needed and there is none: nothing is open but the account itself. */
    readonly lacksFactor: boolean;
  };
}

/** A person in the list of who has access. */
export interface ListedMember extends Member {
  /** invited: has a link that opens the name · expired: had one · active: signs in · ended: never again */
  readonly state: 'invited' | 'expired' | 'active' | 'ended';
  /** When the link that is out ends; null where there is none. */
  readonly invitedUntil: Date | null;
  readonly lastSeenAt: Date | null;
  readonly createdAt: Date;
  readonly endedAt: Date | null;
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
