// Signing in by phone and one-time code; in the sandbox the code is shown, clearly marked.
import { useMutation } from '@tanstack/react-query';
import type { CodeSent, WalletView } from '@tongbao/protocol/wallet';
import { type FormEvent, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from './api.ts';
import { errorText } from './error-text.ts';

const resendMs = 60_000;

export function SignIn(props: { title: string; onSignedIn: (wallet: WalletView) => void }) {
  const { t } = useTranslation();
  const [phone, setPhone] = useState('');
  const [code, setCode] = useState('');
  const [waitUntil, setWaitUntil] = useState(0);
  const seconds = useSecondsUntil(waitUntil);
  const ask = useMutation({
    mutationFn: () =>
      call<CodeSent>('POST', '/api/wallet/session/code', { phone: phone.replace(/[\s-]/g, '') }),
    onSuccess: (sent) => setWaitUntil(sent.sandboxCode === undefined ? performance.now() + resendMs : 0),
  });
  const enter = useMutation({
    mutationFn: () =>
      call<WalletView>('POST', '/api/wallet/session', { phone: phone.replace(/[\s-]/g, ''), code }),
    onSuccess: props.onSignedIn,
  });
  const error = enter.error ?? ask.error;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ask.data === undefined) ask.mutate();
    else enter.mutate();
  };
  return (
    <form onSubmit={submit} noValidate>
      <h2>{props.title}</h2>
      <p className="muted" style={{ marginBottom: 14 }}>
        {t('signInHint')}
      </p>
      <label className="field">
        <span>{t('phone')}</span>
        <input
          type="tel"
          autoComplete="tel"
          placeholder="138 0000 0001"
          required
          value={phone}
          onChange={(event) => setPhone(event.target.value)}
        />
      </label>
      <label className="field">
        <span>{t('code')}</span>
        <span className="together">
          <input
            inputMode="numeric"
            autoComplete="one-time-code"
            maxLength={6}
            value={code}
            onChange={(event) => setCode(event.target.value.replace(/\D/g, ''))}
          />
          <button
            type="button"
            className="button quiet small"
            disabled={ask.isPending || seconds > 0}
            onClick={() => ask.mutate()}
          >
            {seconds > 0 ? t('resendIn', { seconds }) : t('getCode')}
          </button>
        </span>
      </label>
      <div aria-live="polite">
        {ask.data !== undefined && error === null && (
          <p className="note good">
            {t('codeSent', { phone: ask.data.maskedPhone })}
            {ask.data.sandboxCode !== undefined && (
              <>
                <br />
                <span className="sandbox-mark">{t('sandboxMark')}</span>
                {t('sandboxCode', { code: ask.data.sandboxCode })}{' '}
                <button type="button" className="linkish" onClick={() => setCode(ask.data.sandboxCode!)}>
                  {t('fillIn')}
                </button>
              </>
            )}
          </p>
        )}
        {error !== null && <p className="note bad">{errorText(error, t)}</p>}
      </div>
      <button
        type="submit"
        className="button"
        disabled={enter.isPending || (ask.data !== undefined && code.length !== 6)}
      >
        {ask.data === undefined ? t('getCode') : t('signIn')}
      </button>
    </form>
  );
}

/** Whole seconds until an instant of performance.now(), counted down; 0 when it has passed. */
function useSecondsUntil(instant: number): number {
  const [, tick] = useState(0);
  const left = Math.max(0, Math.ceil((instant - performance.now()) / 1000));
  useEffect(() => {
    if (left === 0) return;
    const timer = setTimeout(() => tick((count) => count + 1), 1000);
    return () => clearTimeout(timer);
  });
  return left;
}
