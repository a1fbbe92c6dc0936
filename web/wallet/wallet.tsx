// The shopper's wallet: balance, cards, top-up, bills. Views are addressed by the part of the URL after #.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { WalletView } from '@tongbao/protocol/wallet';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, isRefusal } from '../ui/api.ts';
import { errorText } from '../ui/error-text.ts';
import { Bar, Skeleton } from '../ui/frame.tsx';
import { Icon, type IconName } from '../ui/icons.tsx';
import { SignIn } from '../ui/sign-in.tsx';
import { BillDetail, Bills } from './bills.tsx';
import { Home } from './home.tsx';
import { TopUp } from './top-up.tsx';
import '../ui/methods.css';
import './wallet.css';

const walletKey = ['/api/wallet'] as const;

export function Wallet() {
  const { t } = useTranslation();
  const place = useHash();
  const queries = useQueryClient();
  const wallet = useQuery({ queryKey: walletKey, queryFn: () => call<WalletView>('GET', '/api/wallet') });
  const isSignedOut = isRefusal(wallet.error, 'NOT_SIGNED_IN');
  const signOut = useMutation({
    mutationFn: () => call('POST', '/api/wallet/session/end'),
    onSuccess: () => {
      location.hash = '#/';
      queries.removeQueries({ predicate: (query) => query.queryKey[0] !== walletKey[0] });
      void queries.resetQueries({ queryKey: walletKey });
    },
  });
  const ready = isSignedOut ? undefined : wallet.data;
  return (
    <>
      <Bar title={t('wallet')}>{ready !== undefined && <Places place={place} />}</Bar>
      <main className={`page narrow ${ready === undefined ? '' : 'has-places'}`}>
        {isSignedOut && (
          <div className="card">
            <SignIn
              title={t('signInWallet')}
              level={1}
              onSignedIn={(view) => queries.setQueryData(walletKey, view)}
            />
          </div>
        )}
        {!isSignedOut && wallet.error !== null && (
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
        {wallet.isPending && (
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
          />
        )}
      </main>
    </>
  );
}

function Places(props: { place: string }) {
  const { t } = useTranslation();
  const places: readonly [string, IconName, string][] = [
    ['/', 'home', t('home')],
    ['/top-up', 'plus', t('topUp')],
    ['/bills', 'bills', t('bills')],
  ];
  const isHere = (to: string) => (to === '/' ? props.place === '/' : props.place.startsWith(to));
  return (
    <nav className="places" aria-label={t('wallet')}>
      {places.map(([to, icon, name]) => (
        <a key={to} href={`#${to}`} aria-current={isHere(to) ? 'page' : undefined}>
          <Icon name={icon} size={21} />
          {name}
        </a>
      ))}
    </nav>
  );
}

function Place(props: {
  place: string;
  wallet: WalletView;
  signOut: () => void;
  isSigningOut: boolean;
  signOutError: Error | null;
}) {
  const { place, wallet } = props;
  if (place === '/top-up') return <TopUp key={place} wallet={wallet} />;
  if (place === '/bills') return <Bills />;
  const bill = /^\/bills\/([A-Z]\d+)$/.exec(place)?.[1];
  return bill === undefined ? <Home {...props} /> : <BillDetail key={bill} billId={bill} />;
}

function useHash(): string {
  const [place, setPlace] = useState(here);
  useEffect(() => {
    const changed = () => setPlace(here());
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  return place;
}

const here = (): string => location.hash.replace(/^#/, '') || '/';
