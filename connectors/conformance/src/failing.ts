// How the kit lets a process die, or a line be cut, at a step of its choice.

export type Step = () => void | Promise<void>;

export const nothing = (): void => {};

/** More than any operation takes. */
export const steps = 200;

/** Fails at the step of this number, once or for ever after; `hit` says whether it got so far, and ends a single failure. */
export function failing(at: number, forEver: boolean): { step: () => void; hit: () => boolean } {
  let count = 0;
  let armed = true;
  return {
    step() {
      count += 1;
      if (armed && (count === at || (forEver && count > at)))
        throw new Error('the kit has cut the line here');
    },
    hit() {
      if (!forEver) armed = false;
      return count >= at;
    },
  };
}
