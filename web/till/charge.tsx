// The shopper's code is scanned: by a scanner that types, by the camera, or by hand.
import { useMutation } from '@tanstack/react-query';
import type { TillAnswer } from '@tongbao/protocol/sandbox';
import { type FormEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../ui/api.ts';
import { showMoney } from '../ui/format.ts';
import { StepHeading } from '../ui/frame.tsx';
import { Camera } from './camera.tsx';
import { cancel, newRequestId, Outcome, type TillMoney, useOutcome } from './outcome.tsx';
import type { Shop } from './till.tsx';

interface ChargeProps {
  readonly shop: Shop;
  readonly amount: TillMoney;
  readonly back: () => void;
  readonly next: () => void;
}

const codeDigits = /^\d{16,24}$/;

export function Charge({ shop, amount, back, next }: ChargeProps) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState('');
  const [requestId, setRequestId] = useState(newRequestId);
  const about = { clientId: shop.clientId, requestId };
  const pay = useMutation({
    mutationFn: (code: string) =>
      call<TillAnswer>('POST', '/sandbox/till/payments', { ...about, amount, code }),
  });
  const withdraw = useMutation({ mutationFn: () => cancel(about) });
  // A lost answer leaves the outcome open as well: it is asked for, never charged again by itself.
  const isOpen = pay.error !== null || pay.data?.status === 'waiting' || pay.data?.status === 'unknown';
  const later = useOutcome(about, isOpen);
  const unknown: TillAnswer | undefined =
    pay.error === null
      ? undefined
      : { status: 'unknown', resultCode: '', amount, payerAmount: null, paymentId: null, orderCode: null };
  const answer = withdraw.data ?? later.data ?? pay.data ?? unknown;
  const isPaying = useRef(false);
  const charge = (code: string) => {
    const digits = code.replace(/\s/g, '');
    if (isPaying.current || !codeDigits.test(digits)) return;
    isPaying.current = true;
    pay.mutate(digits, { onSettled: () => (isPaying.current = false) });
  };
  const again = () => {
    setTyped('');
    setRequestId(newRequestId());
    withdraw.reset();
    pay.reset();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    charge(typed);
  };
  if (answer !== undefined) {
    const isFinal = answer.status !== 'waiting' && answer.status !== 'unknown';
    return (
      <section className="card" aria-live="polite">
        <Outcome answer={answer} amount={amount}>
          <div className="actions">
            {answer.status === 'refused' && (
              <button type="button" className="button" onClick={again}>
                {t('tillAgain')}
              </button>
            )}
            {isFinal ? (
              <button
                type="button"
                className={answer.status === 'refused' ? 'button quiet' : 'button'}
                onClick={next}
              >
                {t('tillNext')}
              </button>
            ) : (
              <button
                type="button"
                className="button quiet"
                disabled={withdraw.isPending}
                onClick={() => withdraw.mutate()}
              >
                {t('tillCancel')}
              </button>
            )}
          </div>
        </Outcome>
      </section>
    );
  }
  return (
    <form className="card" onSubmit={submit} noValidate>
      <StepHeading level={1}>{t('tillScanTitle')}</StepHeading>
      <p className="till-sum">{showMoney(amount)}</p>
      <p className="muted lead">{t('tillScanText')}</p>
      <Camera isPaused={pay.isPending} onFound={charge} />
      <label className="field">
        <span>{t('tillCode')}</span>
        <input
          // biome-ignore lint/a11y/noAutofocus: a scanner types into whatever has the focus.
          autoFocus
          className="mono"
          inputMode="numeric"
          autoComplete="off"
          spellCheck={false}
          maxLength={32}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
      </label>
      <div className="actions">
        <button
          type="submit"
          className="button"
          disabled={pay.isPending || !codeDigits.test(typed.replace(/\s/g, ''))}
        >
          {pay.isPending ? t('tillCharging') : `${t('tillCharge')} ${showMoney(amount)}`}
        </button>
        <button type="button" className="linkish" onClick={back}>
          {t('tillBack')}
        </button>
      </div>
    </form>
  );
}
