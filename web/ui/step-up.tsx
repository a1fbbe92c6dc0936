// The bank asks the shopper before it charges their card: a code that it has sent them, or a visit to its own page. The same for an
// order and for a top-up. What became of it only the server says; that somebody is back from the bank says nothing.
import { useMutation } from '@tanstack/react-query';
import type { StepUpView } from '@tongbao/protocol/wallet';
import { type FormEvent, useCallback, useEffect, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, isOutcomeUnknown, isRefusal } from './api.ts';
import { errorText } from './error-text.ts';
import { StepHeading } from './frame.tsx';
import { Icon } from './icons.tsx';
import { usePatience } from './patience.ts';
import './step-up.css';

export interface StepUpProps<View> {
  readonly stepUp: StepUpView;
  /** What the operations stand under: `…/step-up`. */
  readonly path: string;
  readonly level: 1 | 2;
  readonly amount: string;
  /** The card, as methods are named. */
  readonly card: string | null;
  /** What giving up leads to, on the button. */
  readonly giveUp: string;
  readonly onView: (view: View) => void;
  /** Asks the server how it stands. */
  readonly ask: () => Promise<unknown>;
}

export function StepUp<View>(props: StepUpProps<View>) {
  const { t } = useTranslation();
  const { stepUp, path, onView } = props;
  const left = useSecondsLeft(stepUp.now, stepUp.expiresAt);
  const { ask } = props;
  const isOver = left === 0;
  useEffect(() => {
    if (isOver) void ask();
  }, [isOver, ask]);
  const abandon = useMutation({
    mutationFn: () => call<View>('POST', `${path}/abandon`, { stepUpId: stepUp.stepUpId }),
    onSuccess: onView,
    onError: () => void ask(),
  });
  return (
    <div className="step-up">
      <StepHeading level={props.level}>
        {t(stepUp.kind === 'redirect' ? 'stepUpPageTitle' : 'stepUpTitle')}
      </StepHeading>
      <p className="step-up-what">
        <span className="what-amount">{props.amount}</span>
        {props.card !== null && <span className="muted">{props.card}</span>}
      </p>
      {stepUp.kind === 'redirect' ? (
        <BankPage {...props} stepUp={stepUp} />
      ) : (
        <Code {...props} stepUp={stepUp} />
      )}
      <p className="muted small step-up-time">
        <Icon name="clock" size={15} />{' '}
        <span aria-hidden="true">{t('stepUpTime', { time: clockOf(left) })}</span>
        <span className="visually-hidden" aria-live="polite">
          {t('minutesLeft', { minutes: Math.ceil(left / 60) })}
        </span>
      </p>
      {abandon.error !== null && <p className="note warn">{errorText(abandon.error, t)}</p>}
      <p className="under">
        <button
          type="button"
          className="linkish"
          disabled={abandon.isPending}
          onClick={() => abandon.mutate()}
        >
          {props.giveUp}
        </button>
      </p>
    </div>
  );
}

type Asks<Kind extends StepUpView['kind']> = Extract<StepUpView, { kind: Kind }>;

function Code<View>(props: StepUpProps<View> & { stepUp: Asks<'one-time-code'> }) {
  const { t } = useTranslation();
  const { stepUp, path, ask, onView } = props;
  const { stepUpId } = stepUp;
  const [code, setCode] = useState('');
  const field = useRef<HTMLInputElement>(null);
  const explained = useId();
  const [hasAnother, setAnother] = useState(false);
  const focus = () => field.current?.focus();
  const typed = useRef('');
  const give = useMutation({
    // Not a variable of the mutation: those are kept for a while after it has ended.
    mutationFn: () => call<View>('POST', `${path}/code`, { stepUpId, code: typed.current }),
    onSuccess: onView,
    onError: () => {
      setCode('');
      void ask();
    },
    onSettled: () => {
      typed.current = '';
    },
  });
  const resend = useMutation({
    mutationFn: () => call<View>('POST', `${path}/resend`, { stepUpId }),
    onMutate: () => give.reset(),
    onSuccess: (view) => {
      setAnother(true);
      onView(view);
      focus();
    },
    onError: () => void ask(),
  });
  const seconds = useSecondsLeft(stepUp.now, stepUp.resendAt ?? stepUp.now);
  const isUnknown = isOutcomeUnknown(give.error);
  const isClosed = give.isPending || isUnknown;
  // A field that was closed while the bank looked at a code has lost the focus.
  useEffect(() => {
    if (!isClosed) field.current?.focus();
  }, [isClosed]);
  const error = give.error ?? resend.error;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    typed.current = code;
    give.mutate();
  };
  return (
    <form onSubmit={submit} noValidate>
      <p className="muted lead" id={explained}>
        {t(hasAnother ? 'stepUpSentAgain' : 'stepUpSent', { phone: stepUp.phone })}
      </p>
      <label className="field code">
        <span>{t('stepUpCode')}</span>
        <input
          ref={field}
          inputMode="numeric"
          aria-describedby={explained}
          aria-invalid={isRefusal(give.error, 'CODE_WRONG')}
          autoComplete="one-time-code"
          maxLength={stepUp.length}
          disabled={isClosed}
          value={code}
          onChange={(event) => setCode(event.target.value.normalize('NFKC').replace(/\D/g, ''))}
        />
      </label>
      <div aria-live="assertive">
        {give.isPending && <p className="busy">{t('stepUpChecking')}</p>}
        {error !== null && !isUnknown && <p className="note bad">{errorText(error, t)}</p>}
        {isUnknown && <Doubt path={path} onView={onView} />}
      </div>
      <button type="submit" className="button" disabled={isClosed || code.length !== stepUp.length}>
        {t('stepUpConfirm')}
      </button>
      <p className="under">
        {stepUp.resendAt === null ? (
          <span className="muted small">{t('stepUpNoMore')}</span>
        ) : (
          <button
            type="button"
            className="linkish"
            disabled={resend.isPending || give.isPending || seconds > 0}
            onClick={() => resend.mutate()}
          >
            {seconds > 0 ? t('resendIn', { seconds }) : t('resend')}
          </button>
        )}
      </p>
    </form>
  );
}

/** The code went out and no answer came: the bank is asked what became of it, and no other one is taken meanwhile. */
function Doubt<View>(props: Pick<StepUpProps<View>, 'path' | 'onView'>) {
  const { t } = useTranslation();
  const look = useLook(props);
  const { gaveUp, again } = usePatience(look);
  if (!gaveUp) return <p className="note warn">{t('stepUpDoubt')}</p>;
  return (
    <p className="note warn">
      {t('pendingLong')}{' '}
      <button type="button" className="linkish" onClick={again}>
        {t('askAgain')}
      </button>
    </p>
  );
}

function BankPage<View>(props: StepUpProps<View> & { stepUp: Asks<'redirect'> }) {
  const { t } = useTranslation();
  const look = useLook(props);
  const { gaveUp, again } = usePatience(look);
  // Back by the browser's own button: the page is as it was left, and so is what it knew.
  useEffect(() => {
    const onBack = () => void look();
    addEventListener('pageshow', onBack);
    return () => removeEventListener('pageshow', onBack);
  }, [look]);
  return (
    <>
      <p className="muted lead">{t('stepUpPageText', { bank: new URL(props.stepUp.url).host })}</p>
      <div className="actions">
        <a className="button" href={props.stepUp.url} referrerPolicy="no-referrer">
          {t('stepUpGo')}
        </a>
        <p className="muted small" role="status">
          {gaveUp ? t('pendingLong') : t('stepUpWaiting')}
        </p>
        {gaveUp && (
          <button type="button" className="button quiet" onClick={again}>
            {t('askAgain')}
          </button>
        )}
      </div>
    </>
  );
}

function useLook<View>({ path, onView }: Pick<StepUpProps<View>, 'path' | 'onView'>): () => Promise<void> {
  const latest = useRef(onView);
  latest.current = onView;
  return useCallback(async () => {
    // Without an answer the next look is soon enough.
    const view = await call<View>('POST', `${path}/look`).catch(() => null);
    if (view !== null) latest.current(view);
  }, [path]);
}

/** Whole seconds until an instant of the server's clock, which may run elsewhere than the browser's. */
function useSecondsLeft(now: string, until: string): number {
  const answered = useRef({ now: '', at: 0 });
  if (answered.current.now !== now) answered.current = { now, at: performance.now() };
  const [, tick] = useState(0);
  const leftMs = Date.parse(until) - Date.parse(now) - (performance.now() - answered.current.at);
  const left = Math.max(0, Math.ceil(leftMs / 1000));
  const isOver = left === 0;
  useEffect(() => {
    if (isOver) return;
    const timer = setInterval(() => tick((count) => count + 1), 1000);
    return () => clearInterval(timer);
  }, [isOver]);
  return left;
}

const clockOf = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
