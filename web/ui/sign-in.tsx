// Signing in by phone and one-time code, one thing at a time; in the sandbox the code is shown, clearly marked.
import { useMutation } from '@tanstack/react-query';
import type { CodeSent as CodeSentShape, WalletView } from '@tongbao/protocol/wallet';
import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, isRefusal } from './api.ts';
import { errorText } from './error-text.ts';
import { StepHeading } from './frame.tsx';

type CodeSent = ReturnType<typeof CodeSentShape.parse>;
const resendMs = 60_000;

/** A phone that has a wallet, or one that is to get its first. */
const ways = {
  'sign-in': { code: '/api/wallet/session/code', enter: '/api/wallet/session' },
  'sign-up': { code: '/api/wallet/sign-up/code', enter: '/api/wallet/sign-up' },
} as const;

interface SignInProps {
  readonly title: string;
  readonly level: 1 | 2;
  /** Absent: `sign-in`. */
  readonly way?: keyof typeof ways;
  /** Absent: what is said to who signs in. */
  readonly hint?: string;
  /** Says why, when a session has just ended. */
  readonly note?: string;
  /** The other way: to open a wallet, or to sign in to the one there is. */
  readonly instead?: { readonly href: string; readonly text: string };
  readonly onSignedIn: (wallet: WalletView) => void;
}

export function SignIn(props: SignInProps) {
  const { t, i18n } = useTranslation();
  const way = ways[props.way ?? 'sign-in'];
  const [phone, setPhone] = useState('');
  const [sent, setSent] = useState<CodeSent | null>(null);
  const ask = useMutation({
    mutationFn: () =>
      call<CodeSent>('POST', way.code, {
        phone: bare(phone),
        ...(props.way === 'sign-up' ? { language: i18n.language } : {}),
      }),
    onSuccess: setSent,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    ask.mutate();
  };
  if (sent !== null) {
    return (
      <EnterCode
        {...props}
        phone={bare(phone)}
        sent={sent}
        asking={ask.isPending}
        askError={ask.error}
        onAsk={() => ask.mutate()}
        onChangePhone={() => setSent(null)}
      />
    );
  }
  return (
    <form onSubmit={submit} noValidate>
      <StepHeading level={props.level}>{props.title}</StepHeading>
      <p className="muted lead">{props.hint ?? t('signInHint')}</p>
      {props.note !== undefined && <p className="note warn">{props.note}</p>}
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
      <div aria-live="polite">
        {ask.error !== null && <p className="note bad">{errorText(ask.error, t)}</p>}
      </div>
      <button type="submit" className="button" disabled={ask.isPending || bare(phone) === ''}>
        {t('getCode')}
      </button>
      {props.instead !== undefined && (
        <p className="under">
          <a className="linkish" href={props.instead.href}>
            {props.instead.text}
          </a>
        </p>
      )}
    </form>
  );
}

const bare = (phone: string): string => phone.normalize('NFKC').replace(/[\s()-]/g, '');

interface EnterCodeProps extends SignInProps {
  readonly phone: string;
  readonly sent: CodeSent;
  readonly asking: boolean;
  readonly askError: Error | null;
  readonly onAsk: () => void;
  readonly onChangePhone: () => void;
}

function EnterCode(props: EnterCodeProps) {
  const { t, i18n } = useTranslation();
  const { sent } = props;
  const way = ways[props.way ?? 'sign-in'];
  const [code, setCode] = useState('');
  const field = useRef<HTMLInputElement>(null);
  const explained = useId();
  useEffect(() => field.current?.focus(), []);
  const enter = useMutation({
    mutationFn: () =>
      call<WalletView>('POST', way.enter, {
        phone: props.phone,
        code,
        challenge: sent.challenge,
        ...(props.way === 'sign-up' ? { language: i18n.language } : {}),
      }),
    onSuccess: props.onSignedIn,
  });
  const seconds = useResendSeconds(sent);
  const Heading = props.level === 1 ? 'h1' : 'h2';
  const error = enter.error ?? props.askError;
  // No try is left: what helps is another code.
  const isUsedUp = isRefusal(enter.error, 'CODE_TOO_MANY');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    enter.mutate();
  };
  return (
    <form onSubmit={submit} noValidate>
      <Heading className="step">{t('codeTitle')}</Heading>
      <p className="muted lead" id={explained}>
        {t('codeSent', { phone: sent.maskedPhone })}{' '}
        <button type="button" className="linkish" onClick={props.onChangePhone}>
          {t('changePhone')}
        </button>
      </p>
      {sent.sandboxCode !== undefined && (
        <p className="note sandbox">
          <span>
            <span className="sandbox-mark">{t('sandboxMark')}</span>
            {t('sandboxCode')} <b className="mono">{sent.sandboxCode}</b>
          </span>
          <button
            type="button"
            className="linkish"
            onClick={() => {
              setCode(sent.sandboxCode!);
              field.current?.focus();
            }}
          >
            {t('fillIn')}
          </button>
        </p>
      )}
      <label className="field code">
        <span>{t('code')}</span>
        <input
          ref={field}
          inputMode="numeric"
          aria-describedby={explained}
          autoComplete="one-time-code"
          maxLength={6}
          value={code}
          onChange={(event) => setCode(event.target.value.normalize('NFKC').replace(/\D/g, ''))}
        />
      </label>
      <div aria-live="polite">{error !== null && <p className="note bad">{errorText(error, t)}</p>}</div>
      <button type="submit" className="button" disabled={enter.isPending || code.length !== 6 || isUsedUp}>
        {t('signIn')}
      </button>
      <p className="under">
        {seconds === 0 && sent.sandboxCode === undefined && (
          <span className="muted small" role="status">
            {t('codeNotCome')}{' '}
          </span>
        )}
        <button
          type="button"
          className="linkish"
          disabled={props.asking || seconds > 0}
          onClick={() => {
            enter.reset();
            props.onAsk();
          }}
        >
          {seconds > 0 ? t('resendIn', { seconds }) : t('resend')}
        </button>
      </p>
    </form>
  );
}

/** Whole seconds until another code can be asked for; in a sandbox at once. */
function useResendSeconds(sent: CodeSent): number {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    if (sent.sandboxCode !== undefined) return;
    const until = performance.now() + resendMs;
    const count = () => setLeft(Math.max(0, Math.ceil((until - performance.now()) / 1000)));
    count();
    const timer = setInterval(count, 1000);
    return () => clearInterval(timer);
  }, [sent]);
  return left;
}
