// Six digits for the payment PIN: one real input over six boxes, so that keyboards, screen readers and phones' number
// pads all work. The PIN is kept in memory only while it is typed.
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';

export function PinInput(props: { disabled: boolean; wrong: boolean; onComplete: (pin: string) => void }) {
  const { t } = useTranslation();
  const [digits, setDigits] = useState('');
  const input = useRef<HTMLInputElement>(null);
  const { disabled } = props;
  useEffect(() => {
    if (disabled) return;
    setDigits('');
    input.current?.focus();
  }, [disabled]);
  return (
    <div className={`pin ${props.wrong ? 'wrong' : ''}`}>
      {[0, 1, 2, 3, 4, 5].map((place) => (
        <span key={place} aria-hidden="true" data-next={place === digits.length}>
          {place < digits.length ? '•' : ''}
        </span>
      ))}
      <input
        ref={input}
        type="password"
        inputMode="numeric"
        autoComplete="off"
        data-1p-ignore="true"
        maxLength={6}
        pattern="[0-9]*"
        aria-label={t('pinHint')}
        aria-invalid={props.wrong}
        disabled={disabled}
        value={digits}
        onChange={(event) => {
          const typed = event.target.value.replace(/\D/g, '').slice(0, 6);
          setDigits(typed);
          if (typed.length === 6) props.onComplete(typed);
        }}
      />
    </div>
  );
}
