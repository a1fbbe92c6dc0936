// Where files lie: a directory, or a server's over SFTP. Paths are absolute, with slashes.

export interface Listed {
  readonly name: string;
  readonly size: number;
  /** When it was changed last, by the clock of the place: only to be compared with itself. */
  readonly changed: number;
}

/** What was asked for is not there. */
export class Missing extends Error {
  override readonly name = 'Missing';
}

export interface Place {
  /** Files of a folder, by name, without folders. Throws Missing when the folder is not there. */
  list(folder: string): Promise<readonly Listed[]>;
  /** Throws Missing. */
  read(path: string): Promise<Buffer>;
  /** The whole of it, over what was there. */
  write(path: string, bytes: Uint8Array): Promise<void>;
  /** At once or not at all. Throws Missing when `from` or the folder of `to` is not there. */
  move(from: string, to: string): Promise<void>;
  /** Also when it is not there. */
  remove(path: string): Promise<void>;
  close(): Promise<void>;
}
