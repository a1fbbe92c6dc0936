// How tests wait: for something that happens, never for a time that should be enough.

/** A page or a process on a busy machine takes its time; what is wrong never becomes right. */
const patienceMs = 60_000;
const lookEveryMs = 20;

/**
 * Looks until there is something (neither undefined, null nor false), and answers it. Throws, with the text of what was
 * looked for, when there still is nothing after a minute, or after `withinMs`.
 */
export async function until<Found>(
  look: () => Found | Promise<Found>,
  withinMs = patienceMs,
): Promise<Exclude<Found, undefined | null | false>> {
  for (const end = performance.now() + withinMs; performance.now() < end; ) {
    const found = await look();
    if (found !== undefined && found !== null && found !== false)
      return found as Exclude<Found, undefined | null | false>;
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
  throw new Error(`${withinMs / 1000} s, and still nothing: ${look}`);
}
