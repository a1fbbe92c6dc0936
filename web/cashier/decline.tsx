// The shopper says no. It ends the order at the shop, so that it is asked twice; one whose code is displayed stays open for
// others, and the page says so.
import { useMutation } from '@tanstack/react-query';
import type { CashierView } from '@tongbao/protocol/wallet';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../ui/api.ts';
import { errorText } from '../ui/error-text.ts';
import type { PayProps } from './pay.tsx';

export function Decline(props: PayProps & { readonly onLeft: () => void }) {
  const { t } = useTranslation();
  const [isSure, setSure] = useState<boolean | null>(null);
  const decline = useMutation({
    mutationFn: () => call<CashierView>('POST', `${props.path}/decline`),
    onSuccess: (view) => {
      props.onView(view);
      if (view.status === 'created') props.onLeft();
    },
    onError: () => void props.ask(),
  });
  const [ask, yes] = props.view.staysOpen
    ? (['leaveAsk', 'leaveYes'] as const)
    : (['declineAsk', 'declineYes'] as const);
  if (isSure === null) {
    return (
      <button type="button" className="linkish" onClick={() => setSure(false)}>
        {t('declinePayment')}
      </button>
    );
  }
  return (
    <section className="note warn" aria-label={t('declinePayment')}>
      <p role="alert">{decline.error === null ? t(ask) : errorText(decline.error, t)}</p>
      <div className="choices">
        <Keep onClick={() => setSure(null)} />
        <button
          type="button"
          className="button bad small"
          disabled={decline.isPending}
          onClick={() => decline.mutate()}
        >
          {t(yes)}
        </button>
      </div>
    </section>
  );
}

/** The safe answer has the focus. */
function Keep(props: { onClick: () => void }) {
  const { t } = useTranslation();
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => button.current?.focus(), []);
  return (
    <button ref={button} type="button" className="button quiet small" onClick={props.onClick}>
      {t('back')}
    </button>
  );
}
