// The confirmation with the PIN, and what the page says when the answer to it is no, or does not come.
import { useMutation } from '@tanstack/react-query';
import type { CashierView, PayMethod } from '@tongbao/protocol/wallet';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, isOutcomeUnknown, isRefusal } from '../ui/api.ts';
import { errorText } from '../ui/error-text.ts';
import { methodName, showMoney } from '../ui/format.ts';
import { Icon } from '../ui/icons.tsx';
import { PasskeyNotUsed, signWithPasskey } from '../ui/passkey.ts';
import { PinDialog } from '../ui/pin-dialog.tsx';
import type { PayProps } from './pay.tsx';
import { PinLocked } from './pin-locked.tsx';

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
  // What the shopper saw when the dialog opened: another price closes it (see Pay).
  const [shown] = useState(view.payerAmount);
  // The view that stood when an answer failed to come; a newer one says what became of it.
  const [doubtedView, setDoubtedView] = useState<CashierView | null>(null);
  const isInDoubt = doubtedView !== null && doubtedView.now === view.now;
  const pay = useMutation({
    mutationFn: async (by: 'pin' | 'passkey') => {
      const pin = typed.current;
      typed.current = '';
      return call<CashierView>('POST', `${props.path}/authorizations`, {
        payerAmount: shown,
        method:
          method.kind === 'balance' ? { kind: 'balance' } : { kind: 'card', cardId: method.card.cardId },
        ...(by === 'pin' ? { pin } : { passkey: await signWithPasskey(props.path) }),
      });
    },
    onMutate: () => setDoubtedView(null),
    onSuccess: props.onView,
    onError: (error) => {
      if (error instanceof PasskeyNotUsed || keepsPayment.some((code) => isRefusal(error, code))) return;
      if (isRefusal(error, 'NOT_SIGNED_IN')) props.onSessionEnded();
      if (isOutcomeUnknown(error)) setDoubtedView(view);
      void props.ask();
    },
  });
  const lockedUntil = view.customer?.pinLockedUntil ?? null;
  const isLocked = lockedUntil !== null || isRefusal(pay.error, 'PIN_LOCKED');
  const isOther = shown.value !== view.payerAmount.value && !pay.isPending && !isInDoubt;
  const { onClose } = props;
  useEffect(() => {
    if (isOther) onClose();
  }, [isOther, onClose]);
  return (
    <PinDialog
      disabled={pay.isPending || isInDoubt || isLocked}
      wrong={isRefusal(pay.error, 'PIN_WRONG')}
      message={
        <>
          {pay.isPending && <p className="busy">{t('paying')}</p>}
          {pay.error !== null && !isOutcomeUnknown(pay.error) && (
            <Refused error={pay.error} hasPasskey={view.hasPasskey} />
          )}
          {isOutcomeUnknown(pay.error) && (
            <Doubt isInDoubt={isInDoubt} isAsking={props.isAsking} ask={props.ask} />
          )}
        </>
      }
      onComplete={(pin) => {
        typed.current = pin;
        pay.mutate('pin');
      }}
      onClose={pay.isPending || isInDoubt ? null : props.onClose}
    >
      <p className="what-amount">{showMoney(shown)}</p>
      <p>{t('pinFor', { merchant: view.merchant.name })}</p>
      <p className="muted small">{methodName(method)}</p>
      {view.hasPasskey && (
        <button
          type="button"
          className="button quiet small"
          disabled={pay.isPending || isInDoubt}
          onClick={() => pay.mutate('passkey')}
        >
          <Icon name="key" /> {t('usePasskey')}
        </button>
      )}
    </PinDialog>
  );
}

function Refused({ error, hasPasskey }: { error: Error; hasPasskey: boolean }) {
  const { t } = useTranslation();
  if (isRefusal(error, 'PIN_LOCKED')) return <PinLocked text={errorText(error, t)} hasPasskey={hasPasskey} />;
  return (
    <p className="note bad">{error instanceof PasskeyNotUsed ? t('errPasskey') : errorText(error, t)}</p>
  );
}

/** After these the payment stands as it stood, and the dialog stays for another try. */
const keepsPayment = ['PIN_WRONG', 'RISK_REJECTED', 'PASSKEY_REFUSED'] as const;

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
