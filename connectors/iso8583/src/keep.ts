// Keeps a switch's connection open: asks over it from time to time whether somebody is there, which opens it anew and signs on
// where it was lost, more and more rarely while the switch is away.

export interface Keeper {
  readonly everyMs: number;
  echo(): Promise<void>;
  /** Told when the switch has gone (why), and when it is back (null). */
  readonly onChange: (error: Error | null) => void;
}

const firstPauseMs = 1_000;

/** Begins at once; answers how to end it. */
export function keep({ everyMs, echo, onChange }: Keeper): () => void {
  let timer: NodeJS.Timeout | undefined;
  let ended = false;
  let failures = 0;
  const again = (ms: number): void => {
    if (!ended) timer = setTimeout(() => void once(), ms).unref();
  };
  async function once(): Promise<void> {
    try {
      await echo();
      if (failures > 0) onChange(null);
      failures = 0;
      again(everyMs);
    } catch (error) {
      if (ended) return;
      if (failures === 0) onChange(error as Error);
      failures += 1;
      again(Math.min(firstPauseMs * 2 ** Math.min(failures - 1, 10), everyMs));
    }
  }
  void once();
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}
