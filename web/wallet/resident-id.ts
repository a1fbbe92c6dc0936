// The resident number's check character in the browser, so that a slip is seen while it is typed (GB 11643-1999). The
// server checks again, and asks the register.

const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const characters = '10X98765432';

const checkOf = (digits: string): string =>
  characters[weights.reduce((sum, weight, place) => sum + weight * (digits.charCodeAt(place) - 48), 0) % 11]!;

export function looksLikeId(typed: string): boolean {
  const id = typed.replace(/\s/g, '');
  return /^\d{17}[\dX]$/.test(id) && checkOf(id) === id[17];
}

/** A number that nobody has but everybody could: for trying the sandbox. */
export function sampleId(): string {
  const [year, month, day, sequence] = crypto.getRandomValues(new Uint16Array(4)) as unknown as number[];
  const two = (number: number) => String(number).padStart(2, '0');
  const born = `${1960 + (year! % 35)}${two(1 + (month! % 12))}${two(1 + (day! % 28))}`;
  const digits = `310101${born}${String(sequence! % 1000).padStart(3, '0')}`;
  return digits + checkOf(digits);
}
