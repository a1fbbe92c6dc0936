// A card's number as people type it, and whether it can be one (ISO/IEC 7812-1: twelve to nineteen digits, the last one a check digit).

/** The digits; null when one of them is wrong, or there are too few or too many. */
export function cardNumberOf(typed: string): string | null {
  const number = typed.normalize('NFKC').replace(/[\s-]/g, '');
  if (!/^\d{12,19}$/.test(number)) return null;
  return checkDigitOf(number.slice(0, -1)) === number.at(-1) ? number : null;
}

/** Every second digit from the right counts twice, as the sum of its own digits; the check digit makes it a multiple of ten. */
function checkDigitOf(digits: string): string {
  const sum = [...digits].reverse().reduce((total, digit, place) => {
    const value = (digit.charCodeAt(0) - 48) * (place % 2 === 0 ? 2 : 1);
    return total + Math.floor(value / 10) + (value % 10);
  }, 0);
  return String((10 - (sum % 10)) % 10);
}
