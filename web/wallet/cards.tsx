// The bank cards: which one comes first, adding, removing.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { WalletCard, WalletView } from '@tongbao/protocol/wallet';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../ui/api.ts';
import { errorText } from '../ui/error-text.ts';
import { bankNameOf, methodName } from '../ui/format.ts';
import { StepHeading } from '../ui/frame.tsx';
import { Icon } from '../ui/icons.tsx';
import { AskPin } from './ask-pin.tsx';
import { walletKey } from './wallet-key.ts';

export function Cards(props: { wallet: WalletView }) {
  const { t } = useTranslation();
  const { cards } = props.wallet;
  return (
    <section className="card" aria-label={t('cards')}>
      <StepHeading level={1}>{t('cards')}</StepHeading>
      {cards.length === 0 && (
        <div className="empty">
          <Icon name="card" size={40} />
          <p>
            <strong>{t('noCards')}</strong>
          </p>
          <p className="muted">{t('noCardsText')}</p>
        </div>
      )}
      <ul className="card-faces">
        {cards.map((card) => (
          <CardFace key={card.cardId} card={card} />
        ))}
      </ul>
      <div className="actions">
        <a className="button" href="#/cards/new">
          <Icon name="plus" /> {t('addCard')}
        </a>
      </div>
    </section>
  );
}

function CardFace(props: { card: WalletCard }) {
  const { t } = useTranslation();
  const { card } = props;
  const queries = useQueryClient();
  const [isRemoving, setRemoving] = useState(false);
  const keep = (view: WalletView) => queries.setQueryData(walletKey, view);
  const prefer = useMutation({
    mutationFn: () => call<WalletView>('POST', `/api/wallet/cards/${card.cardId}/default`),
    onSuccess: keep,
  });
  return (
    <li>
      <div className={`card-face ${card.kind}`}>
        <p className="card-bank">
          <strong>{bankNameOf(card.bankName)}</strong>
          {card.isDefault && <span className="tag">{t('defaultCard')}</span>}
        </p>
        <p className="small">{t(card.kind)}</p>
        <p className="card-digits">
          <span aria-hidden="true">••••</span> {card.last4}
        </p>
      </div>
      {card.status === 'locked' && <p className="hint">{t('cardLocked')}</p>}
      <p className="card-acts">
        {!card.isDefault && (
          <button
            type="button"
            className="linkish"
            disabled={prefer.isPending}
            onClick={() => prefer.mutate()}
            aria-label={`${t('makeDefault')} ${methodName({ kind: 'card', card })}`}
          >
            {t('makeDefault')}
          </button>
        )}
        <button
          type="button"
          className="linkish"
          onClick={() => setRemoving(true)}
          aria-label={`${t('removeCard')} ${methodName({ kind: 'card', card })}`}
        >
          {t('removeCard')}
        </button>
      </p>
      <div aria-live="polite">
        {prefer.error !== null && <p className="note bad">{errorText(prefer.error, t)}</p>}
      </div>
      {isRemoving && (
        <AskPin
          ask={(pin) => call<WalletView>('POST', `/api/wallet/cards/${card.cardId}/removal`, { pin })}
          onDone={(view) => {
            setRemoving(false);
            keep(view);
          }}
          onClose={() => setRemoving(false)}
        >
          <p>{t('removeCardAsk', { card: methodName({ kind: 'card', card }) })}</p>
        </AskPin>
      )}
    </li>
  );
}
