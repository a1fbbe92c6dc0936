// The shopper's wallet. Views are addressed by the part of the URL after #.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { WalletView } from '@tongbao/protocol/wallet';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, isRefusal, NetworkLost } from '../ui/api.ts';
import { errorText } from '../ui/error-text.ts';
import { Bar, Result, Skeleton } from '../ui/frame.tsx';
import { Icon, type IconName } from '../ui/icons.tsx';
import { SignIn } from '../ui/sign-in.tsx';
import { AddCard } from './add-card.tsx';
import { BillDetail } from './bill-detail.tsx';
import { Bills } from './bills.tsx';
import { Cards } from './cards.tsx';
import { Home } from './home.tsx';
import { Limits } from './limits.tsx';
import { Me } from './me.tsx';
import { Messages } from './messages.tsx';
import { Opening } from './opening.tsx';
import { PayCode } from './pay-code.tsx';
import { ChangePin, ResetPin } from './pin-pages.tsx';
import { Scan } from './scan.tsx';
import { Security } from './security.tsx';
import { TopUpProgress, Transfer } from './transfer.tsx';
import { walletKey } from './wallet-key.ts';
import '../ui/methods.css';
import './wallet.css';
import './pages.css';

export function Wallet() {
  const { t } = useTranslation();
  const place = useHash();
  const queries = useQueryClient();
  const wallet = useQuery({ queryKey: walletKey, queryFn: () => call<WalletView>('GET', '/api/wallet') });
  const isSignedOut = isRefusal(wallet.error, 'NOT_SIGNED_IN');
  const forget = () => {
    location.hash = '#/';
    queries.removeQueries({ predicate: (query) => query.queryKey[0] !== walletKey[0] });
    void queries.resetQueries({ queryKey: walletKey });
  };
  const signOut = useMutation({
    mutationFn: () => call('POST', '/api/wallet/session/end'),
    onSuccess: forget,
  });
  const ready = isSignedOut ? undefined : wallet.data;
  // Paused: the browser itself says that there is no network.
  const isOffline =
    ready === undefined && (wallet.error instanceof NetworkLost || wallet.fetchStatus === 'paused');
  return (
    <>
      <Bar title={t('wallet')}>{ready !== undefined && <Places place={place} unread={ready.unread} />}</Bar>
      <main className={`page narrow ${ready === undefined ? '' : 'has-places'}`}>
        {isSignedOut && (
          <div className="card">
            <Enter place={place} onSignedIn={(view) => queries.setQueryData(walletKey, view)} />
          </div>
        )}
        {isOffline && <Offline retry={() => void wallet.refetch()} isTrying={wallet.isFetching} />}
        {!isSignedOut && !isOffline && wallet.error !== null && (
          <div className="note warn" role="alert">
            <p>{errorText(wallet.error, t)}</p>
            <button
              type="button"
              className="linkish"
              disabled={wallet.isFetching}
              onClick={() => void wallet.refetch()}
            >
              {t('retry')}
            </button>
          </div>
        )}
        {wallet.isPending && !isOffline && (
          <div className="card">
            <Skeleton rows={5} />
          </div>
        )}
        {ready !== undefined && (
          <Place
            place={place}
            wallet={ready}
            signOut={signOut.mutate}
            isSigningOut={signOut.isPending}
            signOutError={signOut.error}
            forget={forget}
          />
        )}
      </main>
    </>
  );
}

/** The app opened, the server did not answer: nothing of the wallet is kept on the phone, so there is nothing to show. */
function Offline(props: { retry: () => void; isTrying: boolean }) {
  const { t } = useTranslation();
  return (
    <div className="card">
      <Result icon="attention" tone="wait" level={1} title={t('offlineTitle')} text={t('offlineText')}>
        <div className="actions">
          <button type="button" className="button" disabled={props.isTrying} onClick={props.retry}>
            {t('retry')}
          </button>
        </div>
      </Result>
    </div>
  );
}

/** Signing in, or opening a wallet: the same two steps, other words. */
function Enter(props: { place: string; onSignedIn: (wallet: WalletView) => void }) {
  const { t } = useTranslation();
  if (props.place === '/sign-up') {
    return (
      <SignIn
        key="sign-up"
        way="sign-up"
        title={t('signUpTitle')}
        hint={t('signUpHint')}
        level={1}
        instead={{ href: '#/', text: t('haveOne') }}
        onSignedIn={(view) => {
          location.hash = '#/open';
          props.onSignedIn(view);
        }}
      />
    );
  }
  return (
    <SignIn
      key="sign-in"
      title={t('signInWallet')}
      level={1}
      instead={{ href: '#/sign-up', text: t('openOne') }}
      onSignedIn={props.onSignedIn}
    />
  );
}

function Places(props: { place: string; unread: number }) {
  const { t } = useTranslation();
  const places: readonly [string, IconName, string][] = [
    ['/', 'home', t('home')],
    ['/bills', 'bills', t('bills')],
    ['/cards', 'card', t('cards')],
    ['/me', 'person', t('me')],
  ];
  const isHere = (to: string) => (to === '/' ? props.place === '/' : props.place.startsWith(to));
  return (
    <nav className="places" aria-label={t('wallet')}>
      {places.map(([to, icon, name]) => (
        <a key={to} href={`#${to}`} aria-current={isHere(to) ? 'page' : undefined}>
          <Icon name={icon} size={21} />
          {name}
          {to === '/me' && props.unread > 0 && (
            <span className="dot">
              <span className="visually-hidden">{t('newMessages', { count: props.unread })}</span>
            </span>
          )}
        </a>
      ))}
    </nav>
  );
}

export interface PlaceProps {
  readonly wallet: WalletView;
  readonly signOut: () => void;
  readonly isSigningOut: boolean;
  readonly signOutError: Error | null;
  /** The session is over: forgets what was shown. */
  readonly forget: () => void;
}

const pages: Readonly<Record<string, (props: PlaceProps) => ReactNode>> = {
  '/open': ({ wallet }) => <Opening wallet={wallet} />,
  '/sign-up': ({ wallet }) => <Opening wallet={wallet} />,
  '/top-up': ({ wallet }) => <Transfer key="top-up" kind="top-up" wallet={wallet} />,
  '/withdraw': ({ wallet }) => <Transfer key="withdraw" kind="withdrawal" wallet={wallet} />,
  '/code': ({ wallet }) => <PayCode wallet={wallet} />,
  '/scan': () => <Scan />,
  '/bills': () => <Bills />,
  '/cards': ({ wallet }) => <Cards wallet={wallet} />,
  '/cards/new': ({ wallet }) => (
    <AddCard
      wallet={wallet}
      onDone={() => {
        location.hash = '#/cards';
      }}
    />
  ),
  '/me': (props) => <Me {...props} />,
  '/me/messages': () => <Messages />,
  '/me/limits': () => <Limits />,
  '/me/security': ({ wallet, forget }) => <Security wallet={wallet} forget={forget} />,
  '/me/security/pin': ({ wallet }) => <ChangePin wallet={wallet} />,
  '/me/security/pin/reset': ({ wallet }) => <ResetPin wallet={wallet} />,
};

function Place(props: PlaceProps & { place: string }) {
  const { place } = props;
  const bill = /^\/bills\/([A-Z]\d+)$/.exec(place)?.[1];
  if (bill !== undefined) return <BillDetail key={bill} billId={bill} />;
  const topUp = /^\/top-up\/(\d+)$/.exec(place)?.[1];
  if (topUp !== undefined) return <TopUpProgress key={topUp} topUpId={topUp} />;
  const page = pages[place];
  return page === undefined ? <Home {...props} /> : <div key={place}>{page(props)}</div>;
}

function useHash(): string {
  const [place, setPlace] = useState(here);
  useEffect(() => {
    const changed = () => {
      setPlace(here());
      scrollTo(0, 0);
    };
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  return place;
}

const here = (): string => location.hash.replace(/^#/, '') || '/';
