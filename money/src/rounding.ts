// Integer division with a named rounding mode: the only place where exactness ends, and always visibly.
export type RoundingMode = 'half-even' | 'half-up' | 'up' | 'down' | 'ceiling' | 'floor';

const abs = (value: bigint): bigint => (value < 0n ? -value : value);

/**
 * numerator ÷ denominator as an integer. half-even: to the nearest, ties to the even neighbour; half-up: ties away
 * from zero; up: away from zero; down: towards zero; ceiling and floor: towards plus and minus infinity.
 */
export function divide(numerator: bigint, denominator: bigint, mode: RoundingMode): bigint {
  if (denominator === 0n) throw new RangeError('division by zero');
  const quotient = numerator / denominator;
  const remainder = numerator % denominator;
  if (remainder === 0n) return quotient;
  const negative = numerator < 0n !== denominator < 0n;
  const away = quotient + (negative ? -1n : 1n);
  switch (mode) {
    case 'up':
      return away;
    case 'down':
      return quotient;
    case 'ceiling':
      return negative ? quotient : away;
    case 'floor':
      return negative ? away : quotient;
    case 'half-up':
      return abs(remainder) * 2n >= abs(denominator) ? away : quotient;
    case 'half-even': {
      const twice = abs(remainder) * 2n;
      if (twice !== abs(denominator)) return twice > abs(denominator) ? away : quotient;
      return quotient % 2n === 0n ? quotient : away;
    }
  }
}
