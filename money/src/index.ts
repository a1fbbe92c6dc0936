// @tongbao/money: exact amounts, ISO 4217 currencies, exact rates, named rounding, allocation that loses nothing.
export { allocate, cumulativeShare, proportion } from './allocate.ts';
export {
  type Currency,
  currencies,
  currency,
  currencyByNumeric,
  isCurrency,
  MoneyError,
  minorUnits,
} from './currency.ts';
export {
  add,
  compare,
  formatMajor,
  fromWire,
  isNegative,
  isPositive,
  isZero,
  type Money,
  money,
  negate,
  parseMajor,
  parseMinor,
  subtract,
  sum,
  toWire,
  zero,
} from './money.ts';
export {
  chain,
  convert,
  invert,
  parseRate,
  type Rate,
  rate,
  roundToSignificant,
  toDecimal,
  toPlainDecimal,
  withSpread,
} from './rate.ts';
export { divide, type RoundingMode } from './rounding.ts';
