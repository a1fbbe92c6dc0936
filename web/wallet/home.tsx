// What a shopper wants to see first: how much there is, the cards, and what moved last.
import type { CardView, WalletView } from '@tongbao/protocol/wallet';
import { useTranslation } from 'react-i18next';
import { errorText } from '../ui/error-text.ts';
import { methodName, showMoney } from '../ui/format.ts';
import { StepHeading } from '../ui/frame.tsx';
import { Icon } from '../ui/icons.tsx';
import { RecentBills } from './bills.tsx';

export function Home(props: {
  wallet: WalletView;
  signOut: () => void;
  isSigningOut: boolean;
  signOutError: Error | null;
}) {
  const { t } = useTranslation();
  const { wallet } = props;
  const held = BigInt(wallet.balance.value) - BigInt(wallet.available.value);
  return (
    <>
      <section className="purse" aria-label={t('totalBalance')}>
        <StepHeading level={1}>{t('availableBalance')}</StepHeading>
        <p className="balance" data-testid="balance">
          {showMoney(wallet.available)}
        </p>
        {held > 0n && (
          <p className="small">
            {t('held', { amount: showMoney({ currency: wallet.balance.currency, value: held.toString() }) })}
          </p>
        )}
        <div className="choices">
          <a className="button light" href="#/top-up">
            <Icon name="plus" /> {t('topUp')}
          </a>
          <a className="button light quiet" href="#/bills">
            <Icon name="bills" /> {t('bills')}
          </a>
        </div>
      </section>
      <section className="card">
        <h2>{t('cards')}</h2>
        {wallet.cards.length === 0 && <p className="muted">{t('noCards')}</p>}
        <ul className="plain-list">
          {wallet.cards.map((card) => (
            <BankCard key={card.cardId} card={card} />
          ))}
        </ul>
      </section>
      <RecentBills />
      <p className="account outside">
        <span className="muted">
          {t('signedInAs', { name: wallet.customer.name, phone: wallet.customer.maskedPhone })}
        </span>
        <button type="button" className="linkish" disabled={props.isSigningOut} onClick={props.signOut}>
          {t('signOut')}
        </button>
      </p>
      <div aria-live="polite">
        {props.signOutError !== null && <p className="note bad">{errorText(props.signOutError, t)}</p>}
      </div>
    </>
  );
}

function BankCard(props: { card: CardView }) {
  return (
    <li className="bank-card">
      <span className="badge">
        <Icon name="card" />
      </span>
      {methodName({ kind: 'card', card: props.card })}
    </li>
  );
}
