// What a shopper wants to see first: how much there is, what can be done with it, and what moved last.
import { useTranslation } from 'react-i18next';
import { showMoney } from '../ui/format.ts';
import { StepHeading } from '../ui/frame.tsx';
import { Icon, type IconName } from '../ui/icons.tsx';
import { RecentBills } from './bills.tsx';
import { nextStep } from './opening.tsx';
import type { PlaceProps } from './wallet.tsx';

export function Home(props: PlaceProps) {
  const { t } = useTranslation();
  const { wallet } = props;
  const held = BigInt(wallet.balance.value) - BigInt(wallet.available.value);
  const acts: readonly [string, IconName, string][] = [
    ['/code', 'code', t('payCode')],
    ['/scan', 'scan', t('scan')],
    ['/top-up', 'plus', t('topUp')],
    ['/withdraw', 'bank', t('withdraw')],
  ];
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
      </section>
      {nextStep(wallet) !== null && (
        <section className="card call">
          <h2>{t('openingTitle')}</h2>
          <p className="muted">{t('openingText')}</p>
          <div className="actions">
            <a className="button" href="#/open">
              {t('openingGo')}
            </a>
          </div>
        </section>
      )}
      <nav className="card acts" aria-label={t('home')}>
        {acts.map(([to, icon, name]) => (
          <a key={to} href={`#${to}`}>
            <span className="badge">
              <Icon name={icon} />
            </span>
            {name}
          </a>
        ))}
      </nav>
      <RecentBills />
    </>
  );
}
