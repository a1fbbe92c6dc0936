// Adding a bank card: the bank is told by the first digits; the number goes to the bank's own page, and the wallet gets an
// offer of the card, never the number.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { CardFaceView, CardOffer, WalletView } from '@tongbao/protocol/wallet';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, isRefusal } from '../ui/api.ts';
import { errorText } from '../ui/error-text.ts';
import { bankNameOf } from '../ui/format.ts';
import { StepHeading } from '../ui/frame.tsx';
import { Icon } from '../ui/icons.tsx';
import { walletKey } from './wallet-key.ts';

const binDigits = 6;
const mostDigits = 19;

/** In fours, as cards print it. */
const grouped = (digits: string): string => digits.replace(/(\d{4})(?=\d)/g, '$1 ');

export function AddCard(props: {
  wallet: WalletView;
  progress?: ReactNode;
  onDone: (wallet: WalletView) => void;
  onSkip?: () => void;
}) {
  const { t } = useTranslation();
  const { wallet } = props;
  const queries = useQueryClient();
  const [digits, setDigits] = useState('');
  const bin = digits.slice(0, binDigits);
  const face = useQuery({
    queryKey: ['/api/wallet/card-bins', bin],
    queryFn: () => call<CardFaceView>('GET', `/api/wallet/card-bins/${bin}`),
    enabled: bin.length === binDigits,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const add = useMutation({
    mutationFn: async () => {
      const { offer } = await call<CardOffer>('POST', wallet.cardPage!, { number: digits });
      return call<WalletView>('POST', '/api/wallet/cards', { offer });
    },
    onSuccess: (view) => {
      queries.setQueryData(walletKey, view);
      void queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== walletKey[0] });
      props.onDone(view);
    },
  });
  const sample = useMutation({
    mutationFn: () => {
      // The first card is one of Jade Bank; each further one of the next bank, so that the class can be seen to rise.
      const bins = ['629901', '629911', '629921', '629931'];
      return call<{ number: string }>(
        'GET',
        `/sandbox/bank/sample-card?bin=${bins[wallet.cards.length % bins.length]}`,
      );
    },
    onSuccess: ({ number }) => setDigits(number),
  });
  if (wallet.cardPage === null)
    return (
      <section className="card empty">
        <Icon name="card" size={40} />
        <StepHeading level={1}>{t('addCard')}</StepHeading>
        <p className="muted">{t('noCardSupport')}</p>
      </section>
    );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate();
  };
  const isUnknown = isRefusal(face.error, 'NOT_FOUND');
  const isWhole = face.data !== undefined && digits.length === face.data.digits;
  return (
    <form className="card" onSubmit={submit} noValidate aria-label={t('addCard')}>
      {props.progress}
      <StepHeading level={1}>{t('addCard')}</StepHeading>
      <p className="muted lead">{t('addCardText')}</p>
      <p className="note sandbox">
        <span>
          <span className="sandbox-mark">{t('sandboxMark')}</span>
          {t('sandboxCard')}
        </span>
        <button type="button" className="linkish" disabled={sample.isPending} onClick={() => sample.mutate()}>
          {t('sampleCard')}
        </button>
      </p>
      <label className="field">
        <span>{t('cardNumber')}</span>
        <input
          className="mono-figures"
          inputMode="numeric"
          autoComplete="cc-number"
          aria-describedby="card-face"
          aria-invalid={isUnknown}
          maxLength={mostDigits + 6}
          value={grouped(digits)}
          onChange={(event) => {
            add.reset();
            setDigits(event.target.value.normalize('NFKC').replace(/\D/g, '').slice(0, mostDigits));
          }}
        />
      </label>
      <p id="card-face" className={isUnknown ? 'wrong' : 'hint'} aria-live="polite">
        {isUnknown && t('bankUnknown')}
        {face.data !== undefined &&
          bin.length === binDigits &&
          `${t('cardIs', { bank: bankNameOf(face.data.bankName), kind: t(face.data.kind) })} · ${digits.length}/${face.data.digits}`}
      </p>
      <p className="hint">{t('cardHolder', { name: wallet.customer.name })}</p>
      <div aria-live="polite">
        {add.error !== null && <p className="note bad">{errorText(add.error, t)}</p>}
        {sample.error !== null && <p className="note bad">{errorText(sample.error, t)}</p>}
      </div>
      <button type="submit" className="button" disabled={add.isPending || !isWhole}>
        {add.isPending ? t('checking') : t('addThisCard')}
      </button>
      {props.onSkip !== undefined && (
        <p className="under">
          <button type="button" className="linkish" onClick={props.onSkip}>
            {t('skip')}
          </button>
        </p>
      )}
    </form>
  );
}
