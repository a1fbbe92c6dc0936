// The PIN changed by who knows it, and set anew by who has forgotten it.
import { useMutation } from '@tanstack/react-query';
import type { CodeSent, WalletView } from '@tongbao/protocol/wallet';
import { type FormEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../ui/api.ts';
import { errorText } from '../ui/error-text.ts';
import { Result, StepHeading } from '../ui/frame.tsx';
import { PinPad } from '../ui/pin-dialog.tsx';
import { NewPin } from './new-pin.tsx';
import { looksLikeId } from './resident-id.ts';

function Done() {
  const { t } = useTranslation();
  return (
    <section className="card">
      <Result icon="check" level={1} title={t('pinChanged')} />
      <div className="actions">
        <a className="button" href="#/me/security">
          {t('security')}
        </a>
      </div>
    </section>
  );
}

export function ChangePin(props: { wallet: WalletView }) {
  const { t } = useTranslation();
  const old = useRef('');
  const [stage, setStage] = useState<'old' | 'new' | 'done'>(props.wallet.hasPin ? 'old' : 'new');
  if (stage === 'done') return <Done />;
  return (
    <section className="card">
      {stage === 'old' ? (
        <div className="inline-pad">
          <StepHeading level={1}>{t('changePin')}</StepHeading>
          <p className="muted lead">{t('changePinOld')}</p>
          <PinPad
            disabled={false}
            wrong={false}
            onComplete={(pin) => {
              old.current = pin;
              setStage('new');
            }}
          >
            <div className="sheet-message" />
          </PinPad>
        </div>
      ) : (
        <NewPin
          title={props.wallet.hasPin ? t('changePinNew') : t('setPin')}
          save={(newPin) =>
            props.wallet.hasPin
              ? call('POST', '/api/wallet/pin/change', { pin: old.current, newPin })
              : call('POST', '/api/wallet/pin', { newPin })
          }
          onDone={() => setStage('done')}
        />
      )}
      {props.wallet.hasPin && (
        <p className="under">
          <a className="linkish" href="#/me/security/pin/reset">
            {t('forgotPin')}
          </a>
        </p>
      )}
    </section>
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
  if (stage === 'done') return <Done />;
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
