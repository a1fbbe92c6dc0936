// Medians and quartiles of what was measured in turns: on a machine that others use, one turn says little.

export const thousandths = (value: number): number => Math.round(value * 1000) / 1000;

/** The value below which a share of the others lies, in thousandths. */
function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  const place = (sorted.length - 1) * share;
  const [below, above] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!];
  return thousandths(below + (above - below) * (place - Math.floor(place)));
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);
/** The lower and the upper one. */
export const quartilesOf = (values: readonly number[]): [number, number] => [
  quantile(values, 0.25),
  quantile(values, 0.75),
];
