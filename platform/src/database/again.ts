// What is decided again because others were faster: the facts are read anew, and so is everything that follows from them.

const maxAttempts = 4;

// serialization_failure, deadlock_detected, unique_violation (two lanes took the same request id: load again and see it)
const retryable = new Set(['40001', '40P01', '23505']);
/** Of a shared account, read without a lock: what stood on it has moved meanwhile (ledger/accounts.ts). */
const bounds = 'balance_within_bounds';

function isLostRace(error: unknown): boolean {
  const { code = '', constraint } = (error ?? {}) as { code?: string; constraint?: string };
  return retryable.has(code) || (code === '23514' && constraint === bounds);
}

/** Runs `work`, a whole transaction with its reading, up to four times while others are faster. */
export async function decideAgain<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (tries >= maxAttempts || !isLostRace(error)) throw error;
    }
  }
}
