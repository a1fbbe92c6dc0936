// ISO 8601 durations as the sandbox's clock takes them: weeks, days, hours, minutes, seconds. Months and years are
// left out on purpose: their length depends on where one stands.
const pattern = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;
const unitsMs = [7 * 86_400_000, 86_400_000, 3_600_000, 60_000, 1_000];

/** Milliseconds of a duration that the schema has accepted. */
export function durationMs(text: string): number {
  const parts = pattern.exec(text);
  if (parts === null) throw new Error(`not a duration: ${text}`);
  return unitsMs.reduce((sum, unit, index) => sum + unit * Number.parseInt(parts[index + 1] ?? '0', 10), 0);
}
