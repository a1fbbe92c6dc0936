// The PIN changed by who knows it, and set anew by who has forgotten it.
import { useMutation } from '@tanstack/react-query';
import type { CodeSent, WalletView } from '@tongbao/protocol/wallet';
import { type FormEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, isRefusal } from '../ui/api.ts';
import { errorText } from '../ui/error-text.ts';
import { Result, StepHeading } from '../ui/frame.tsx';
import { PinPad } from '../ui/pin-dialog.tsx';
import { cashierPath } from './from-cashier.ts';
import { NewPin } from './new-pin.tsx';
import { looksLikeId } from './resident-id.ts';

/** `wasThere`: a PIN was changed, which signs other devices out; a first one does not. */
function Done({ wasThere }: { wasThere: boolean }) {
  const { t } = useTranslation();
  const back = cashierPath();
  return (
    <section className="card">
      <Result
        icon="check"
        level={1}
        title={t('pinChanged')}
        {...(wasThere ? { text: t('pinChangedText') } : {})}
      />
      <div className="actions">
        {back !== null && (
          <a className="button" href={back}>
            {t('backToCashier')}
          </a>
        )}
        <a className={`button ${back === null ? '' : 'quiet'}`} href="#/me/security">
          {t('security')}
        </a>
      </div>
    </section>
  );
}

/** The present PIN is checked before a new one is chosen: a slip is told at once, with the tries that are left. */
export function ChangePin(props: { wallet: WalletView }) {
  const { t } = useTranslation();
  const { hasPin } = props.wallet;
  const old = useRef('');
  const [stage, setStage] = useState<'old' | 'new' | 'done'>(hasPin ? 'old' : 'new');
  const [refused, setRefused] = useState<unknown>(null);
  if (stage === 'done') return <Done wasThere={hasPin} />;
  const change = async (newPin: string) => {
    try {
      return await call('POST', '/api/wallet/pin/change', { pin: old.current, newPin });
    } catch (error) {
      // It was changed elsewhere in the meantime.
      if (isRefusal(error, 'PIN_WRONG') || isRefusal(error, 'PIN_LOCKED')) {
        old.current = '';
        setRefused(error);
        setStage('old');
      }
      throw error;
    }
  };
  return (
    <section className="card">
      {stage === 'old' ? (
        <PresentPin
          refused={refused}
          onRight={(pin) => {
            old.current = pin;
            setStage('new');
          }}
        />
      ) : (
        <NewPin
          title={hasPin ? t('changePinNew') : t('setPin')}
          save={(newPin) => (hasPin ? change(newPin) : call('POST', '/api/wallet/pin', { newPin }))}
          onDone={() => {
            old.current = '';
            setStage('done');
          }}
        />
      )}
      {hasPin && (
        <p className="under">
          <a className="linkish" href="#/me/security/pin/reset">
            {t('forgotPin')}
          </a>
        </p>
      )}
    </section>
  );
}

function PresentPin(props: {
  /** Why it is asked for again. */
  refused: unknown;
  onRight: (pin: string) => void;
}) {
  const { t } = useTranslation();
  // Not a variable of the mutation: those are kept for a while after it has ended.
  const typed = useRef('');
  const check = useMutation({
    mutationFn: () => call('POST', '/api/wallet/pin/check', { pin: typed.current }),
    onSuccess: () => {
      const pin = typed.current;
      typed.current = '';
      props.onRight(pin);
    },
    onError: () => {
      typed.current = '';
    },
  });
  const error = check.error ?? (check.isIdle ? props.refused : null);
  return (
    <div className="inline-pad">
      <StepHeading level={1}>{t('changePin')}</StepHeading>
      <p className="muted lead">{t('changePinOld')}</p>
      <PinPad
        disabled={check.isPending || isRefusal(error, 'PIN_LOCKED')}
        wrong={isRefusal(error, 'PIN_WRONG')}
        onComplete={(pin) => {
          typed.current = pin;
          check.mutate();
        }}
      >
        <div className="sheet-message" aria-live="assertive">
          {error !== null && <p className="note bad">{errorText(error, t)}</p>}
        </div>
      </PinPad>
    </div>
  );
}

export function ResetPin(props: { wallet: WalletView }) {
  const { t } = useTranslation();
  const [sent, setSent] = useState<CodeSent | null>(null);
  const [code, setCode] = useState('');
  const [id, setId] = useState('');
  const [stage, setStage] = useState<'prove' | 'new' | 'done'>('prove');
  const ask = useMutation({
    mutationFn: () => call<CodeSent>('POST', '/api/wallet/pin/code'),
    onSuccess: setSent,
  });
  if (stage === 'done') return <Done wasThere />;
  if (stage === 'new')
    return (
      <section className="card">
        <NewPin
          title={t('changePinNew')}
          save={(newPin) =>
            call('POST', '/api/wallet/pin/reset', {
              ...{ code, residentId: id, newPin },
              challenge: sent?.challenge,
            })
          }
          onDone={() => setStage('done')}
        />
        <p className="under">
          <button type="button" className="linkish" onClick={() => setStage('prove')}>
            {t('back')}
          </button>
        </p>
      </section>
    );
  const isReady = code.length === 6 && looksLikeId(id);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (sent === null) ask.mutate();
    else if (isReady) setStage('new');
  };
  return (
    <form className="card" onSubmit={submit} noValidate aria-label={t('forgotPin')}>
      <StepHeading level={1}>{t('forgotPin')}</StepHeading>
      <p className="muted lead">{t('resetPinText', { phone: props.wallet.customer.maskedPhone })}</p>
      {sent?.sandboxCode !== undefined && (
        <p className="note sandbox">
          <span>
            <span className="sandbox-mark">{t('sandboxMark')}</span>
            {t('sandboxCode')} <b className="mono">{sent.sandboxCode}</b>
          </span>
          <button type="button" className="linkish" onClick={() => setCode(sent.sandboxCode!)}>
            {t('fillIn')}
          </button>
        </p>
      )}
      {sent !== null && (
        <>
          <label className="field code">
            <span>{t('code')}</span>
            <input
              inputMode="numeric"
              autoComplete="one-time-code"
              maxLength={6}
              value={code}
              onChange={(event) => setCode(event.target.value.normalize('NFKC').replace(/\D/g, ''))}
            />
          </label>
          <label className="field">
            <span>{t('residentId')}</span>
            <input
              autoComplete="off"
              spellCheck={false}
              maxLength={24}
              value={id}
              onChange={(event) => setId(event.target.value.normalize('NFKC').toUpperCase())}
            />
          </label>
        </>
      )}
      <div aria-live="polite">
        {ask.error !== null && <p className="note bad">{errorText(ask.error, t)}</p>}
      </div>
      <button type="submit" className="button" disabled={ask.isPending || (sent !== null && !isReady)}>
        {sent === null ? t('getCode') : t('next')}
      </button>
    </form>
  );
}
