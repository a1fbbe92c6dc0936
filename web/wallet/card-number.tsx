// The number of a card while it is typed: in fours, with what its first digits say, and its check digit held (ISO/IEC 7812-1).
import { useQuery } from '@tanstack/react-query';
import type { CardFaceView } from '@tongbao/protocol/wallet';
import { useTranslation } from 'react-i18next';
import { call, isRefusal } from '../ui/api.ts';
import { bankNameOf } from '../ui/format.ts';

const binDigits = 6;
const leastDigits = 12;
const mostDigits = 19;

/** In fours, as cards print it. */
const grouped = (digits: string): string => digits.replace(/(\d{4})(?=\d)/g, '$1 ');

export function passesLuhn(digits: string): boolean {
  const sum = [...digits].reverse().reduce((total, digit, place) => {
    const value = Number(digit) * (place % 2 === 0 ? 1 : 2);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

/** `isWhole`: as many digits as the bank's cards have; where nobody could say how many, as many as a card may have. */
export function useCardFace(digits: string): {
  face: CardFaceView | undefined;
  isUnknown: boolean;
  isWhole: boolean;
} {
  const bin = digits.slice(0, binDigits);
  const asked = useQuery({
    queryKey: ['/api/wallet/card-bins', bin],
    queryFn: () => call<CardFaceView>('GET', `/api/wallet/card-bins/${bin}`),
    enabled: bin.length === binDigits,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const face = bin.length === binDigits ? asked.data : undefined;
  const isUnknown = isRefusal(asked.error, 'NOT_FOUND');
  const isWhole =
    face !== undefined
      ? digits.length === face.digits
      : asked.error !== null && !isUnknown && digits.length >= leastDigits;
  return { face, isUnknown, isWhole };
}

export function CardNumber(props: {
  digits: string;
  of: ReturnType<typeof useCardFace>;
  /** The bank's rule is another one in the sandbox, whose banks say themselves what is wrong. */
  checked: boolean;
  onChange: (digits: string) => void;
}) {
  const { t } = useTranslation();
  const { digits } = props;
  const { face, isUnknown, isWhole } = props.of;
  const hasSlip = props.checked && isWhole && !passesLuhn(digits);
  return (
    <>
      <label className="field">
        <span>{t('cardNumber')}</span>
        <input
          className="mono-figures"
          inputMode="numeric"
          autoComplete="cc-number"
          aria-describedby="card-face"
          aria-invalid={isUnknown || hasSlip}
          maxLength={mostDigits + 6}
          value={grouped(digits)}
          onChange={(event) =>
            props.onChange(event.target.value.normalize('NFKC').replace(/\D/g, '').slice(0, mostDigits))
          }
        />
      </label>
      <p id="card-face" className={isUnknown || hasSlip ? 'wrong' : 'hint'} aria-live="polite">
        {isUnknown && t('bankUnknown')}
        {hasSlip && t('cardSlip')}
        {face !== undefined &&
          !hasSlip &&
          `${t('cardIs', { bank: bankNameOf(face.bankName), kind: t(face.kind) })} · ${digits.length}/${face.digits}`}
      </p>
    </>
  );
}
