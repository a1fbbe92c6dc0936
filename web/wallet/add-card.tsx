// Adding a bank card. Where banks have a page of their own, as the sandbox's do, the number goes there, and the wallet gets an offer
// of the card, never the number.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { CardOffer, WalletView } from '@tongbao/protocol/wallet';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../ui/api.ts';
import { errorText } from '../ui/error-text.ts';
import { StepHeading } from '../ui/frame.tsx';
import { Icon } from '../ui/icons.tsx';
import { CardNumber, useCardFace } from './card-number.tsx';
import { CheckCard } from './check-card.tsx';
import { walletKey } from './wallet-key.ts';

interface AddCardProps {
  wallet: WalletView;
  progress?: ReactNode;
  onDone: (wallet: WalletView) => void;
  onSkip?: () => void;
}

/** A bank's own page takes the number, or this one does, or nobody can. */
export function AddCard(props: AddCardProps) {
  const { t } = useTranslation();
  if (props.wallet.cardPage !== null) return <OfferCard {...props} />;
  if (props.wallet.cardCheck) return <CheckCard {...props} />;
  return (
    <section className="card empty">
      <Icon name="card" size={40} />
      <StepHeading level={1}>{t('addCard')}</StepHeading>
      <p className="muted">{t('noCardSupport')}</p>
    </section>
  );
}

function OfferCard(props: AddCardProps) {
  const { t } = useTranslation();
  const { wallet } = props;
  const queries = useQueryClient();
  const [digits, setDigits] = useState('');
  const of = useCardFace(digits);
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
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate();
  };
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
      <CardNumber
        digits={digits}
        of={of}
        checked={false}
        onChange={(next) => {
          add.reset();
          setDigits(next);
        }}
      />
      <p className="hint">{t('cardHolder', { name: wallet.customer.name })}</p>
      <div aria-live="polite">
        {add.error !== null && <p className="note bad">{errorText(add.error, t)}</p>}
        {sample.error !== null && <p className="note bad">{errorText(sample.error, t)}</p>}
      </div>
      <button type="submit" className="button" disabled={add.isPending || !of.isWhole}>
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
