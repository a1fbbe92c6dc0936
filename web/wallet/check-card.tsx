// Adding a card by its number, where banks have no page of their own: four elements go to the registry, a code to the card's phone
// may come back. The number leaves this page once, and stays nowhere.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { CardCheckView, WalletView } from '@tongbao/protocol/wallet';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../ui/api.ts';
import { errorText } from '../ui/error-text.ts';
import { showClock } from '../ui/format.ts';
import { StepHeading } from '../ui/frame.tsx';
import { CardNumber, passesLuhn, useCardFace } from './card-number.tsx';
import { newRequestId } from './request-id.ts';
import { looksLikeId } from './resident-id.ts';
import { walletKey } from './wallet-key.ts';

type CodeSent = Extract<CardCheckView, { status: 'code-sent' }>;

interface Typed {
  readonly number: string;
  readonly phone: string;
  readonly residentId: string;
  /** Names the try: the same elements sent again are the same try, others are another one. */
  readonly tryId: string;
}

export function CheckCard(props: {
  wallet: WalletView;
  progress?: ReactNode;
  onDone: (wallet: WalletView) => void;
  onSkip?: () => void;
}) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [typed, setTyped] = useState<Typed>(() => nothingTyped());
  const [sent, setSent] = useState<CodeSent | null>(null);
  const take = (answer: CardCheckView): void => {
    if (answer.status === 'code-sent') {
      setSent(answer);
      return;
    }
    // Nothing of the card stays in the page's memory.
    setTyped(nothingTyped());
    queries.setQueryData(walletKey, answer.wallet);
    void queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== walletKey[0] });
    props.onDone(answer.wallet);
  };
  const again = (): void => {
    setSent(null);
    setTyped((before) => ({ ...before, tryId: newRequestId() }));
  };
  return (
    <>
      {sent === null ? (
        <Elements {...props} typed={typed} onType={setTyped} onAnswer={take} />
      ) : (
        <Code sent={sent} tryId={typed.tryId} onAnswer={take} onAgain={again} />
      )}
      {props.onSkip !== undefined && sent === null && (
        <p className="under">
          <button type="button" className="linkish" onClick={props.onSkip}>
            {t('skip')}
          </button>
        </p>
      )}
    </>
  );
}

const nothingTyped = (): Typed => ({ number: '', phone: '', residentId: '', tryId: newRequestId() });

function Elements(props: {
  wallet: WalletView;
  progress?: ReactNode;
  typed: Typed;
  onType: (typed: Typed) => void;
  onAnswer: (answer: CardCheckView) => void;
}) {
  const { t } = useTranslation();
  const { typed } = props;
  const { customer } = props.wallet;
  const of = useCardFace(typed.number);
  const [hasTried, setTried] = useState(false);
  const check = useMutation({
    mutationFn: () => {
      const { phone, ...others } = typed;
      const asked = phone.trim() === '' ? others : { ...others, phone };
      return call<CardCheckView>('POST', '/api/wallet/card-checks', asked);
    },
    onSuccess: props.onAnswer,
  });
  const change = (part: Partial<Omit<Typed, 'tryId'>>): void => {
    check.reset();
    props.onType({ ...typed, ...part, tryId: newRequestId() });
  };
  const isId = looksLikeId(typed.residentId);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (isId) check.mutate();
  };
  const isReady = of.isWhole && passesLuhn(typed.number) && typed.residentId !== '';
  return (
    <form className="card" onSubmit={submit} noValidate aria-label={t('addCard')}>
      {props.progress}
      <StepHeading level={1}>{t('addCard')}</StepHeading>
      <p className="muted lead">{t('checkCardText')}</p>
      <CardNumber digits={typed.number} of={of} checked onChange={(number) => change({ number })} />
      <p className="hint">{t('cardHolder', { name: customer.name })}</p>
      <label className="field">
        <span>{t('residentId')}</span>
        <input
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          maxLength={24}
          value={typed.residentId}
          aria-invalid={hasTried && !isId}
          aria-describedby="card-id-hint"
          onChange={(event) => change({ residentId: event.target.value.normalize('NFKC').toUpperCase() })}
        />
      </label>
      <p id="card-id-hint" className={hasTried && !isId ? 'wrong' : 'hint'} aria-live="polite">
        {hasTried && !isId ? t('idWrong') : t('idNotKept')}
      </p>
      <label className="field">
        <span>{t('cardPhone')}</span>
        <input
          type="tel"
          autoComplete="tel"
          maxLength={30}
          placeholder={customer.maskedPhone}
          value={typed.phone}
          aria-describedby="card-phone-hint"
          onChange={(event) => change({ phone: event.target.value.normalize('NFKC') })}
        />
      </label>
      <p id="card-phone-hint" className="hint">
        {t('cardPhoneHint', { phone: customer.maskedPhone })}
      </p>
      <div aria-live="polite">
        {check.error !== null && <p className="note bad">{errorText(check.error, t)}</p>}
      </div>
      <button type="submit" className="button" disabled={check.isPending || !isReady}>
        {check.isPending ? t('checking') : t('addThisCard')}
      </button>
    </form>
  );
}

function Code(props: {
  sent: CodeSent;
  tryId: string;
  onAnswer: (answer: CardCheckView) => void;
  onAgain: () => void;
}) {
  const { t } = useTranslation();
  const [code, setCode] = useState('');
  const confirm = useMutation({
    mutationFn: () =>
      call<CardCheckView>('POST', '/api/wallet/card-checks/code', { tryId: props.tryId, code }),
    onSuccess: props.onAnswer,
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    confirm.mutate();
  };
  return (
    <form className="card" onSubmit={submit} noValidate aria-label={t('cardCode')}>
      <StepHeading level={1}>{t('cardCode')}</StepHeading>
      <p className="muted lead">
        {t('cardCodeText', { phone: props.sent.maskedPhone, time: showClock(props.sent.expiresAt) })}
      </p>
      <label className="field code">
        <span>{t('code')}</span>
        <input
          autoComplete="one-time-code"
          inputMode="numeric"
          maxLength={12}
          value={code}
          onChange={(event) => {
            confirm.reset();
            setCode(event.target.value.normalize('NFKC').replace(/[^0-9A-Za-z]/g, ''));
          }}
        />
      </label>
      <div aria-live="polite">
        {confirm.error !== null && <p className="note bad">{errorText(confirm.error, t)}</p>}
      </div>
      <button type="submit" className="button" disabled={confirm.isPending || code.length < 4}>
        {confirm.isPending ? t('checking') : t('addThisCard')}
      </button>
      <p className="under">
        <button type="button" className="linkish" onClick={props.onAgain}>
          {t('cardCodeAgain')}
        </button>
      </p>
    </form>
  );
}
