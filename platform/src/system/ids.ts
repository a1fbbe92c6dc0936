// Internal ids: time-ordered 63-bit integers, unique across processes. PostgreSQL hands out blocks; the process
// counts inside its block. Deterministic in a fresh world, and kind to indexes (new rows go to the right edge).

export const idsPerBlock = 4096n;

/** Asks the database for the next block number. */
export type BlockSource = () => Promise<bigint>;

export class Ids {
  readonly #nextBlock: BlockSource;
  #next = 0n;
  #end = 0n;
  #refill: Promise<void> | null = null;

  constructor(nextBlock: BlockSource) {
    this.#nextBlock = nextBlock;
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
