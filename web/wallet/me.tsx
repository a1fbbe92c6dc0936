// The shopper: who he is to the wallet, and the way to everything that is his.
import { useTranslation } from 'react-i18next';
import { errorText } from '../ui/error-text.ts';
import { StepHeading } from '../ui/frame.tsx';
import { Icon, type IconName } from '../ui/icons.tsx';
import type { PlaceProps } from './wallet.tsx';

export function Me(props: PlaceProps) {
  const { t } = useTranslation();
  const { wallet } = props;
  const { walletClass, customer, unread } = wallet;
  const places: readonly [string, IconName, string, string][] = [
    ['/me/messages', 'bell', t('messages'), unread > 0 ? t('newMessages', { count: unread }) : ''],
    ['/me/security', 'lock', t('security'), ''],
    ['/me/limits', 'gauge', t('limits'), ''],
    ['/cards', 'card', t('cards'), wallet.cards.length > 0 ? String(wallet.cards.length) : ''],
  ];
  return (
    <>
      <section className="card who">
        <span className="badge round">
          <Icon name="person" size={26} />
        </span>
        <div className="what">
          <StepHeading level={1}>{customer.name === '' ? customer.maskedPhone : customer.name}</StepHeading>
          <p className="muted">{customer.maskedPhone}</p>
        </div>
        <a className="tag" href={walletClass === 0 ? '#/open' : '#/me/limits'}>
          {walletClass === 0 ? t('walletClass0') : t('walletClassN', { n: roman[walletClass] })}
        </a>
      </section>
      <nav className="card list" aria-label={t('me')}>
        {places.map(([to, icon, name, note]) => (
          <a key={to} href={`#${to}`}>
            <Icon name={icon} />
            <span className="what">{name}</span>
            {note !== '' && <span className="muted small">{note}</span>}
            <Icon name="onward" size={16} />
          </a>
        ))}
      </nav>
      <div className="actions">
        <button type="button" className="button quiet" disabled={props.isSigningOut} onClick={props.signOut}>
          {t('signOut')}
        </button>
      </div>
      <div aria-live="polite">
        {props.signOutError !== null && <p className="note bad">{errorText(props.signOutError, t)}</p>}
      </div>
    </>
  );
}

/** Classes are written in Roman figures, as the rules write them. */
export const roman = ['', 'I', 'II', 'III'] as const;
