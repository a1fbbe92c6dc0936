// The PIN for something that is no payment: a card removed, a limit changed, a passkey added.
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { isRefusal } from '../ui/api.ts';
import { errorText } from '../ui/error-text.ts';
import { PinDialog } from '../ui/pin-dialog.tsx';

export function AskPin<Answer>(props: {
  /** What the PIN is for. */
  children: ReactNode;
  title?: string;
  ask: (pin: string) => Promise<Answer>;
  onDone: (answer: Answer) => void;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  // Not a variable of the mutation: those are kept for a while after it has ended.
  const typed = useRef('');
  const ask = useMutation({
    mutationFn: () => {
      const pin = typed.current;
      typed.current = '';
      return props.ask(pin);
    },
    onSuccess: props.onDone,
  });
  return (
    <PinDialog
      {...(props.title === undefined ? {} : { title: props.title })}
      disabled={ask.isPending || isRefusal(ask.error, 'PIN_LOCKED')}
      wrong={isRefusal(ask.error, 'PIN_WRONG')}
      message={
        ask.error !== null && (
          <p className="note bad">
            {errorText(ask.error, t)}{' '}
            {isRefusal(ask.error, 'PIN_LOCKED') && <a href="#/me/security/pin/reset">{t('resetPinGo')}</a>}
          </p>
        )
      }
      onComplete={(pin) => {
        typed.current = pin;
        ask.mutate();
      }}
      onClose={ask.isPending ? null : props.onClose}
    >
      {props.children}
    </PinDialog>
  );
}
