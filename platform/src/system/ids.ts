// Internal ids: time-ordered 63-bit integers, unique across processes, restores and failovers. PostgreSQL hands out blocks,
// whose numbers follow its clock; the process counts inside its block. New rows go to the right edge of every index.

export const idsPerBlock = 4096n;

/** Asks the database for the next block number. */
export type BlockSource = () => Promise<bigint>;
/** Asks the database for the next customer's number. */
export type PersonSource = () => Promise<bigint>;

export class Ids {
  readonly #nextBlock: BlockSource;
  readonly #nextPerson: PersonSource;
  #next = 0n;
  #end = 0n;
  #refill: Promise<void> | null = null;

  /** Without numbers of their own, customers have ids like everything else. */
  constructor(nextBlock: BlockSource, nextPerson: PersonSource = () => this.one()) {
    this.#nextBlock = nextBlock;
    this.#nextPerson = nextPerson;
  }

  /** Reserves `count` consecutive-enough ids; call before a batch is decided, so that deciding stays pure. */
  async take(count: number): Promise<bigint[]> {
    const ids: bigint[] = [];
    while (ids.length < count) {
      if (this.#next >= this.#end) await this.#fill();
      while (ids.length < count && this.#next < this.#end) ids.push(this.#next++);
    }
    return ids;
  }

  async one(): Promise<bigint> {
    return (await this.take(1))[0]!;
  }

  /** For a customer: a number that shops get to see, in twelve digits. */
  person(): Promise<bigint> {
    return this.#nextPerson();
  }

  async #fill(): Promise<void> {
    this.#refill ??= this.#nextBlock()
      .then((block) => {
        this.#next = block * idsPerBlock;
        this.#end = this.#next + idsPerBlock;
      })
      .finally(() => {
        this.#refill = null;
      });
    await this.#refill;
  }
}
