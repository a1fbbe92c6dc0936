// The counter's own code: shoppers scan it and type the amount; what came in by it is listed.
import { useQuery } from '@tanstack/react-query';
import type { TillReceived } from '@tongbao/protocol/sandbox';
import { useTranslation } from 'react-i18next';
import { call } from '../ui/api.ts';
import { showClock, showMoney } from '../ui/format.ts';
import { StepHeading } from '../ui/frame.tsx';
import { QrPicture } from './qr-picture.tsx';
import type { Shop } from './till.tsx';

const watchMs = 3_000;

export function StaticCode(props: { shop: Shop; back: () => void }) {
  const { t } = useTranslation();
  const { shop } = props;
  const path = `/sandbox/till/received?clientId=${encodeURIComponent(shop.clientId)}`;
  const received = useQuery({
    queryKey: [path],
    queryFn: () => call<TillReceived>('GET', path),
    refetchInterval: watchMs,
  });
  const payments = received.data?.payments ?? [];
  return (
    <section className="card till-show">
      <StepHeading level={1}>{t('tillStaticTitle')}</StepHeading>
      <p className="till-shop">{shop.displayName}</p>
      <QrPicture text={shop.staticCode} alt={t('tillStaticAlt', { shop: shop.displayName })} />
      <p className="muted">{t('tillStaticText')}</p>
      <div className="actions till-screen-only">
        <button type="button" className="button quiet" onClick={() => print()}>
          {t('tillPrint')}
        </button>
        <button type="button" className="linkish" onClick={props.back}>
          {t('tillBack')}
        </button>
      </div>
      <div className="till-received till-screen-only" aria-live="polite">
        <h2>{t('tillReceived')}</h2>
        {payments.length === 0 ? (
          <p className="muted small">{t('tillReceivedNone')}</p>
        ) : (
          <ul>
            {payments.map(({ paymentId, amount, paidAt }) => (
              <li key={paymentId}>
                <span className="muted">{showClock(paidAt)}</span> <strong>{showMoney(amount)}</strong>
              </li>
            ))}
          </ul>
        )}
      </div>
    </section>
  );
}
