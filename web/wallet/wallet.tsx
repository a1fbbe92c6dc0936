// The shopper's wallet: balance, cards, top-up, bills. Views are addressed by the part of the URL after #.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { WalletView } from '@tongbao/protocol/wallet';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError, call } from '../ui/api.ts';
import { errorText } from '../ui/error-text.ts';
import { Bar, Skeleton } from '../ui/frame.tsx';
import { SignIn } from '../ui/sign-in.tsx';
import { BillDetail, Bills } from './bills.tsx';
import { Home } from './home.tsx';
import { TopUp } from './top-up.tsx';

export const walletKey = ['/api/wallet'] as const;

export function Wallet() {
  const { t } = useTranslation();
  const place = useHash();
  const queries = useQueryClient();
  const wallet = useQuery({ queryKey: walletKey, queryFn: () => call<WalletView>('GET', '/api/wallet') });
  const signedOut = wallet.error instanceof ApiError && wallet.error.code === 'NOT_SIGNED_IN';
  const signOut = async () => {
    await call('POST', '/api/wallet/session/end').catch(() => undefined);
    queries.clear();
    location.hash = '#/';
    void wallet.refetch();
  };
  const ready = wallet.data !== undefined && !signedOut;
  return (
    <>
      <Bar title={t('wallet')}>
        {ready && (
          <nav aria-label={t('wallet')}>
            <a href="#/" aria-current={place === '/' ? 'page' : undefined}>
              {t('home')}
            </a>
            <a href="#/bills" aria-current={place.startsWith('/bills') ? 'page' : undefined}>
              {t('bills')}
            </a>
            <button type="button" className="ghost" onClick={() => void signOut()}>
              {t('signOut')}
            </button>
          </nav>
        )}
      </Bar>
      <main className="page narrow">
        {signedOut && (
          <div className="card">
            <SignIn title={t('signInWallet')} onSignedIn={(view) => queries.setQueryData(walletKey, view)} />
          </div>
        )}
        {!signedOut && wallet.error !== null && (
          <div className="card">
            <p className="note bad">{errorText(wallet.error, t)}</p>
            <button type="button" className="button" onClick={() => void wallet.refetch()}>
              {t('retry')}
            </button>
          </div>
        )}
        {wallet.isPending && (
          <div className="card">
            <Skeleton rows={5} />
          </div>
        )}
        {ready && <Place place={place} wallet={wallet.data!} />}
      </main>
    </>
  );
}

function Place(props: { place: string; wallet: WalletView }) {
  const { place, wallet } = props;
  if (place === '/top-up') return <TopUp wallet={wallet} />;
  if (place === '/bills') return <Bills />;
  const bill = /^\/bills\/([A-Z]\d+)$/.exec(place)?.[1];
  return bill === undefined ? <Home wallet={wallet} /> : <BillDetail billId={bill} />;
}

function useHash(): string {
  const read = () => location.hash.replace(/^#/, '') || '/';
  const [place, setPlace] = useState(read);
  useEffect(() => {
    const changed = () => setPlace(read());
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  });
  return place;
}
