// What the connector must remember over crashes, and between processes that work side by side. Kept in the database of
// whoever uses the connector; each call is durable when it has answered.
import type { BankDocument, BankFile } from '@tongbao/connector-interface';

/** An upload under a name that the bank does not look at. */
export interface Upload {
  readonly temporary: string;
  /** Of the whole file, in hex. */
  readonly sha256: string;
}

export interface ReceivedFile {
  readonly name: string;
  readonly sha256: string;
  readonly kind: FileKind;
  readonly bytes: Uint8Array;
}

/** What a file is by its content: an answer to our payments, or something to import as a statement. */
export type FileKind = 'pain.002' | 'statement';

export interface Journal {
  /** The upload that was chosen to become the file of this name, and whether the bank has it; null when none was. */
  find(name: string): Promise<(Upload & { readonly handedOver: boolean }) | null>;
  /** Chooses this upload unless one was chosen before; answers the one that is chosen. */
  choose(name: string, upload: Upload): Promise<Upload>;
  markHandedOver(name: string): Promise<void>;
  /**
   * Keeps a file, once for each content, under a number that is above all that were told before; answers false when its
   * content was kept before.
   */
  keep(file: ReceivedFile): Promise<boolean>;
  /** Answers to payments with numbers above `after`, in their order. */
  answers(after: bigint, limit: number): Promise<readonly (BankDocument & { readonly bytes: Uint8Array })[]>;
  /** Statements that were not taken, in their order. */
  statements(of: { except: readonly string[]; limit: number }): Promise<readonly BankFile[]>;
  markTaken(id: bigint): Promise<void>;
}
