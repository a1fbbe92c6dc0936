// A refusal of the command line itself, with the exit code for it.

export class CommandRefused extends Error {
  readonly exitCode: 2 | 3 | 4;

  constructor(exitCode: 2 | 3 | 4, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}
