// Asking again for something that others decide: often at first, then less, and not for ever.
import { useEffect, useRef, useState } from 'react';

const firstMs = 1_000;
const growth = 1.25;
const longestMs = 15_000;
/** About six minutes in all; then the page offers a button. */
const mostTries = 30;

/** Calls `ask` with growing pauses for as long as the component stands. `gaveUp`: no longer; `again` starts over. */
export function usePatience(ask: () => Promise<unknown>): { gaveUp: boolean; again: () => void } {
  const [tries, setTries] = useState(0);
  const latest = useRef(ask);
  latest.current = ask;
  const gaveUp = tries >= mostTries;
  useEffect(() => {
    if (gaveUp) return;
    let stopped = false;
    const pause = Math.min(longestMs, firstMs * growth ** tries);
    const timer = setTimeout(() => {
      void latest.current().finally(() => {
        if (!stopped) setTries((count) => count + 1);
      });
    }, pause);
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }, [tries, gaveUp]);
  return { gaveUp, again: () => setTries(0) };
}
