// Opening a wallet, once the phone is known: the real name, the PIN, a card. Each step is done when the server says so, so
// that whoever leaves comes back to the step that is left.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { WalletView } from '@tongbao/protocol/wallet';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../ui/api.ts';
import { errorText } from '../ui/error-text.ts';
import { Result, StepHeading } from '../ui/frame.tsx';
import { AddCard } from './add-card.tsx';
import { cashierPath } from './from-cashier.ts';
import { NewPin } from './new-pin.tsx';
import { looksLikeId, sampleId } from './resident-id.ts';
import { walletKey } from './wallet-key.ts';

const steps = 3;

/** What is left to do: 1 the name, 2 the PIN, 3 a card; null when nothing is. */
export function nextStep(wallet: WalletView): 1 | 2 | 3 | null {
  if (wallet.walletClass === 0) return 1;
  if (!wallet.hasPin) return 2;
  const canAdd = wallet.cardPage !== null || wallet.cardCheck;
  return wallet.cards.length === 0 && canAdd ? 3 : null;
}

export function Opening(props: { wallet: WalletView }) {
  const { t } = useTranslation();
  const { wallet } = props;
  const queries = useQueryClient();
  const [hasSkipped, setSkipped] = useState(false);
  const keep = (view: WalletView) => queries.setQueryData(walletKey, view);
  const step = hasSkipped ? null : nextStep(wallet);
  const progress =
    step === null ? null : <p className="muted small steps">{t('steps', { step, of: steps })}</p>;
  if (step === 1)
    return (
      <section className="card">
        {progress}
        <RealName wallet={wallet} onDone={keep} />
      </section>
    );
  if (step === 2)
    return (
      <section className="card">
        {progress}
        <FirstPin onDone={keep} />
      </section>
    );
  if (step === 3)
    return (
      <AddCard wallet={wallet} progress={progress} onDone={() => undefined} onSkip={() => setSkipped(true)} />
    );
  const back = cashierPath();
  return (
    <section className="card">
      <Result icon="check" level={1} title={t('doneTitle')} text={t('doneText')} />
      <div className="actions">
        {back !== null && (
          <a className="button" href={back}>
            {t('backToCashier')}
          </a>
        )}
        <a className={`button ${back === null ? '' : 'quiet'}`} href="#/">
          {t('home')}
        </a>
      </div>
    </section>
  );
}

const samples = ['陈晓雨', '林子轩', '周雅琪', '吴俊杰', '郑思远', '孙若曦'];

function RealName(props: { wallet: WalletView; onDone: (wallet: WalletView) => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState('');
  const [id, setId] = useState('');
  const [hasTried, setTried] = useState(false);
  const check = useMutation({
    mutationFn: () => call<WalletView>('POST', '/api/wallet/identity', { name, residentId: id }),
    onSuccess: props.onDone,
  });
  const isRight = looksLikeId(id);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (isRight && name.trim() !== '') check.mutate();
  };
  return (
    <form onSubmit={submit} noValidate>
      <StepHeading level={1}>{t('realName')}</StepHeading>
      <p className="muted lead">{t('realNameText')}</p>
      {props.wallet.cardPage !== null && (
        <p className="note sandbox">
          <span>
            <span className="sandbox-mark">{t('sandboxMark')}</span>
            {t('sandboxPerson')}
          </span>
          <button
            type="button"
            className="linkish"
            onClick={() => {
              setName(samples[crypto.getRandomValues(new Uint8Array(1))[0]! % samples.length]!);
              setId(sampleId());
              check.reset();
            }}
          >
            {t('samplePerson')}
          </button>
        </p>
      )}
      <label className="field">
        <span>{t('fullName')}</span>
        <input
          autoComplete="name"
          maxLength={50}
          value={name}
          aria-invalid={hasTried && name.trim() === ''}
          onChange={(event) => setName(event.target.value)}
        />
      </label>
      <label className="field">
        <span>{t('residentId')}</span>
        <input
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          maxLength={24}
          value={id}
          aria-invalid={hasTried && !isRight}
          aria-describedby="id-hint"
          onChange={(event) => setId(event.target.value.normalize('NFKC').toUpperCase())}
        />
      </label>
      <p id="id-hint" className={hasTried && !isRight ? 'wrong' : 'hint'} aria-live="polite">
        {hasTried && !isRight ? t('idWrong') : t('idLength', { count: id.replace(/\s/g, '').length })}
      </p>
      <div aria-live="polite">
        {check.error !== null && <p className="note bad">{errorText(check.error, t)}</p>}
      </div>
      <button type="submit" className="button" disabled={check.isPending || name.trim() === '' || id === ''}>
        {check.isPending ? t('checking') : t('check')}
      </button>
    </form>
  );
}

function FirstPin(props: { onDone: (wallet: WalletView) => void }) {
  const { t } = useTranslation();
  return (
    <NewPin
      title={t('setPin')}
      save={(newPin) => call<WalletView>('POST', '/api/wallet/pin', { newPin })}
      onDone={props.onDone}
    />
  );
}
