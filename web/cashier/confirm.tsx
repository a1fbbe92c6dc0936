// The confirmation with the PIN, and what the page says when the answer to it is no, or does not come.
import { useMutation } from '@tanstack/react-query';
import type { CashierView, PayMethod } from '@tongbao/protocol/wallet';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, isOutcomeUnknown, isRefusal } from '../ui/api.ts';
import { errorText } from '../ui/error-text.ts';
import { methodName, showMoney } from '../ui/format.ts';
import { PinDialog } from '../ui/pin-dialog.tsx';
import type { PayProps } from './pay.tsx';

export interface ConfirmProps extends PayProps {
  readonly method: PayMethod;
  readonly onClose: () => void;
  readonly onSessionEnded: () => void;
}

export function Confirm(props: ConfirmProps) {
  const { t } = useTranslation();
  const { view, method } = props;
  // Not a variable of the mutation: those are kept for a while after it has ended.
  const typed = useRef('');
  // The view that stood when an answer failed to come; a newer one says what became of it.
  const [doubtedView, setDoubtedView] = useState<CashierView | null>(null);
  const isInDoubt = doubtedView !== null && doubtedView.now === view.now;
  const pay = useMutation({
    mutationFn: () => {
      const pin = typed.current;
      typed.current = '';
      return call<CashierView>('POST', `${props.path}/authorizations`, {
        method:
          method.kind === 'balance' ? { kind: 'balance' } : { kind: 'card', cardId: method.card.cardId },
        pin,
      });
    },
    onMutate: () => setDoubtedView(null),
    onSuccess: props.onView,
    onError: (error) => {
      if (isRefusal(error, 'PIN_WRONG') || isRefusal(error, 'RISK_REJECTED')) return;
      if (isRefusal(error, 'NOT_SIGNED_IN')) props.onSessionEnded();
      if (isOutcomeUnknown(error)) setDoubtedView(view);
      void props.ask();
    },
  });
  return (
    <PinDialog
      disabled={pay.isPending || isInDoubt || isRefusal(pay.error, 'PIN_LOCKED')}
      wrong={isRefusal(pay.error, 'PIN_WRONG')}
      message={
        <>
          {pay.isPending && <p className="busy">{t('paying')}</p>}
          {pay.error !== null && !isOutcomeUnknown(pay.error) && (
            <p className="note bad">{errorText(pay.error, t)}</p>
          )}
          {isOutcomeUnknown(pay.error) && (
            <Doubt isInDoubt={isInDoubt} isAsking={props.isAsking} ask={props.ask} />
          )}
        </>
      }
      onComplete={(pin) => {
        typed.current = pin;
        pay.mutate();
      }}
      onClose={pay.isPending || isInDoubt ? null : props.onClose}
    >
      <p className="what-amount">{showMoney(view.payerAmount)}</p>
      <p>{t('pinFor', { merchant: view.merchant.name })}</p>
      <p className="muted small">{methodName(method)}</p>
    </PinDialog>
  );
}

/** The request went out and no answer came. Until the server has said how the payment stands, nothing else is said. */
function Doubt(props: { isInDoubt: boolean; isAsking: boolean; ask: () => Promise<unknown> }) {
  const { t } = useTranslation();
  if (!props.isInDoubt) return <p className="note good">{t('doubtOpen')}</p>;
  if (props.isAsking) return <p className="note warn">{t('doubtAsking')}</p>;
  return (
    <>
      <p className="note warn">{t('doubtUnreachable')}</p>
      <button type="button" className="button" onClick={() => void props.ask()}>
        {t('askAgain')}
      </button>
    </>
  );
}
