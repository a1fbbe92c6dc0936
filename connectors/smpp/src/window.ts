// So many questions under way at once; who comes later waits for a place, and not for ever.

export interface Window {
  /** Runs the work once there is a place. Throws what `tooLate` makes when none came free in time. */
  run<T>(work: () => Promise<T>): Promise<T>;
}

export function createWindow(of: { size: number; timeoutMs: number; tooLate: () => Error }): Window {
  let underWay = 0;
  const queue: (() => void)[] = [];

  function place(): Promise<void> {
    if (underWay < of.size) {
      underWay += 1;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const turn = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        queue.splice(queue.indexOf(turn), 1);
        reject(of.tooLate());
      }, of.timeoutMs);
      queue.push(turn);
    });
  }

  function leave(): void {
    const next = queue.shift();
    if (next === undefined) underWay -= 1;
    else next();
  }

  return {
    async run(work) {
      await place();
      return work().finally(leave);
    },
  };
}
