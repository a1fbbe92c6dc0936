// Numbers as publishers write them, as plain decimals. Pure.

const wholeDigits = 20;
const decimals = 20;

/**
 * A published number as a plain decimal of at most 20 digits before and 20 after the point (cut off behind), since
 * sources also write 1.7e-13. Null for what is no number, is zero or negative, or does not fit.
 */
export function plainDecimal(text: string): string | null {
  const match = /^(\d{1,60})(?:\.(\d{1,60}))?(?:e([+-]?\d{1,2}))?$/i.exec(text);
  if (match === null) return null;
  const [, whole = '', fraction = '', exponentText = '0'] = match;
  const exponent = Number.parseInt(exponentText, 10);
  const padding = '0'.repeat(100);
  const digits = `${padding}${whole}${fraction}${padding}`;
  const point = padding.length + whole.length + exponent;
  const left = digits.slice(0, point).replace(/^0+(?=\d)/, '');
  const right = digits.slice(point, point + decimals).replace(/0+$/, '');
  if (/^0*$/.test(left + right) || left.length > wholeDigits) return null;
  return right === '' ? left : `${left}.${right}`;
}
