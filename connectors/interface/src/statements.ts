// Who brings a bank's statements: camt.052, .053, .054, MT940 and MT942 as the bank wrote them, byte for byte.

export interface BankFile {
  /** Names the file for ever. */
  readonly id: bigint;
  /** As the bank named it. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface StatementSource {
  /** Files that nobody has taken, oldest first, at most `limit`, without those whose ids are in `except`. */
  waiting(of: { except: readonly string[]; limit: number }): Promise<readonly BankFile[]>;
  /** The file has been imported. Said again, it changes nothing. */
  taken(id: bigint): Promise<void>;
  /** When it is worth asking for files; null when none is expected. */
  nextAt(except: readonly string[]): Promise<Date | null>;
}
