// What a shopper wants to see first: how much there is, and the cards.
import type { WalletView } from '@tongbao/protocol/wallet';
import { useTranslation } from 'react-i18next';
import { methodName } from '../cashier/pay.tsx';
import { showMoney } from '../ui/format.ts';

export function Home(props: { wallet: WalletView }) {
  const { t } = useTranslation();
  const { wallet } = props;
  const held = BigInt(wallet.balance.value) - BigInt(wallet.available.value);
  return (
    <>
      <section className="card" aria-label={t('totalBalance')}>
        <p className="muted">
          {t('signedInAs', { name: wallet.customer.name, phone: wallet.customer.maskedPhone })}
        </p>
        <p className="muted" style={{ marginTop: 10 }}>
          {t('totalBalance')}
        </p>
        <p className="balance" data-testid="balance">
          {showMoney(wallet.balance)}
        </p>
        {held > 0n && (
          <p className="muted small">
            {t('held', { amount: showMoney({ currency: wallet.balance.currency, value: held.toString() }) })}
          </p>
        )}
        <div className="actions" style={{ gridTemplateColumns: '1fr 1fr' }}>
          <a className="button" href="#/top-up">
            {t('topUp')}
          </a>
          <a className="button quiet" href="#/bills">
            {t('bills')}
          </a>
        </div>
      </section>
      <section className="card">
        <h2>{t('cards')}</h2>
        {wallet.cards.length === 0 && <p className="muted">{t('noCards')}</p>}
        {wallet.cards.map((card) => (
          <div className="row" key={card.cardId}>
            <span>{methodName({ kind: 'card', card })}</span>
          </div>
        ))}
      </section>
    </>
  );
}
