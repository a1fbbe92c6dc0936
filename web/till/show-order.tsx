// A code of this order, which the shopper scans; the page waits until it is paid.
import { useMutation } from '@tanstack/react-query';
import type { TillAnswer } from '@tongbao/protocol/sandbox';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../ui/api.ts';
import { showMoney } from '../ui/format.ts';
import { Skeleton, StepHeading } from '../ui/frame.tsx';
import { cancel, newRequestId, Outcome, type TillMoney, useOutcome } from './outcome.tsx';
import { QrPicture } from './qr-picture.tsx';
import type { Shop } from './till.tsx';

interface ShowOrderProps {
  readonly shop: Shop;
  readonly amount: TillMoney;
  readonly back: () => void;
  readonly next: () => void;
}

export function ShowOrder({ shop, amount, back, next }: ShowOrderProps) {
  const { t } = useTranslation();
  const [requestId] = useState(newRequestId);
  const about = { clientId: shop.clientId, requestId };
  const { clientId } = shop;
  const make = useMutation({
    mutationFn: () => call<TillAnswer>('POST', '/sandbox/till/payments', { clientId, requestId, amount }),
  });
  const { mutate } = make;
  useEffect(() => mutate(), [mutate]);
  const isShown = make.data?.status === 'waiting';
  const later = useOutcome(about, isShown);
  const withdraw = useMutation({ mutationFn: () => cancel(about), onSuccess: back });
  const answer = later.data?.status === 'paid' || later.data?.status === 'closed' ? later.data : make.data;
  if (make.error !== null)
    return (
      <section className="card">
        <p className="note bad" role="alert">
          {t('tillDown', { why: make.error.message })}
        </p>
        <div className="actions">
          <button type="button" className="button" onClick={() => make.mutate()}>
            {t('retry')}
          </button>
          <button type="button" className="linkish" onClick={back}>
            {t('tillBack')}
          </button>
        </div>
      </section>
    );
  if (answer === undefined)
    return (
      <section className="card">
        <Skeleton rows={5} />
      </section>
    );
  if (answer.status === 'waiting' && make.data?.orderCode != null)
    return (
      <section className="card till-show">
        <StepHeading level={1}>{t('tillShowTitle')}</StepHeading>
        <p className="till-sum">{showMoney(amount)}</p>
        <QrPicture text={make.data.orderCode} alt={t('tillShowAlt')} />
        <p className="muted">{t('tillShowText')}</p>
        <div className="actions">
          <button
            type="button"
            className="button quiet"
            disabled={withdraw.isPending}
            onClick={() => withdraw.mutate()}
          >
            {t('tillCancel')}
          </button>
        </div>
      </section>
    );
  return (
    <section className="card" aria-live="polite">
      <Outcome answer={answer} amount={amount}>
        <div className="actions">
          <button type="button" className="button" onClick={next}>
            {t('tillNext')}
          </button>
        </div>
      </Outcome>
    </section>
  );
}
