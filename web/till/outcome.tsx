// What became of a payment at the till, in the assistant's words; and asking until it is known.
import { useQuery } from '@tanstack/react-query';
import type { TillAnswer } from '@tongbao/protocol/sandbox';
import type { TFunction } from 'i18next';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../ui/api.ts';
import { showMoney } from '../ui/format.ts';
import { Result } from '../ui/frame.tsx';

export interface TillMoney {
  readonly currency: string;
  readonly value: string;
}

const watchMs = 1_500;

/** Asks about a payment until it is paid or closed. */
export function useOutcome(about: { clientId: string; requestId: string }, isOpen: boolean) {
  return useQuery({
    queryKey: ['/sandbox/till/questions', about.requestId],
    queryFn: () => call<TillAnswer>('POST', '/sandbox/till/questions', about),
    enabled: isOpen,
    refetchInterval: ({ state }) =>
      state.data?.status === 'paid' || state.data?.status === 'closed' ? false : watchMs,
  });
}

function refusalText(code: string, t: TFunction<'words'>): string {
  switch (code) {
    case 'INVALID_CODE':
      return t('tillCodeWrong');
    case 'EXPIRED_CODE':
      return t('tillCodeExpired');
    case 'USER_BALANCE_NOT_ENOUGH':
      return t('tillBalance');
    case 'PAYMENT_AMOUNT_EXCEED_LIMIT':
      return t('tillLimit');
    case 'RISK_REJECT':
      return t('tillRisk');
    case 'REQUEST_TRAFFIC_EXCEED_LIMIT':
      return t('tillTooMany');
    default:
      return t('tillRefusedOther', { code });
  }
}

interface OutcomeProps {
  readonly answer: TillAnswer;
  readonly amount: TillMoney;
  readonly children: ReactNode;
}

export function Outcome({ answer, amount, children }: OutcomeProps) {
  const { t } = useTranslation();
  switch (answer.status) {
    case 'paid':
      return (
        <Result icon="check" level={1} title={t('tillPaidTitle')}>
          <p className="till-sum">{showMoney(answer.amount ?? amount)}</p>
          {answer.payerAmount !== null && (
            <p className="muted">{t('tillShopper', { amount: showMoney(answer.payerAmount) })}</p>
          )}
          <p className="muted small">
            {t('tillNumber')} <span className="mono till-number">{answer.paymentId}</span>
          </p>
          {children}
        </Result>
      );
    case 'waiting':
      return (
        <Result icon="clock" tone="wait" level={1} title={t('tillWaitTitle')} text={t('tillWaitText')}>
          <p className="till-sum">{showMoney(amount)}</p>
          {children}
        </Result>
      );
    case 'refused':
      return (
        <Result
          icon="cross"
          tone="bad"
          level={1}
          title={t('tillRefusedTitle')}
          text={refusalText(answer.resultCode, t)}
        >
          <p className="till-sum">{showMoney(amount)}</p>
          {children}
        </Result>
      );
    case 'closed':
      return (
        <Result icon="cross" tone="bad" level={1} title={t('tillClosedTitle')} text={t('tillClosedText')}>
          {children}
        </Result>
      );
    default:
      return (
        <Result
          icon="attention"
          tone="wait"
          level={1}
          title={t('tillUnknownTitle')}
          text={t('tillUnknownText')}
        >
          <p className="till-sum">{showMoney(amount)}</p>
          {children}
        </Result>
      );
  }
}

/** Withdraws what nobody has paid yet. */
export const cancel = (about: { clientId: string; requestId: string }) =>
  call<TillAnswer>('POST', '/sandbox/till/cancellations', about);

/** One id a customer and try: asking again after a lost connection is the same payment. */
export const newRequestId = (): string =>
  `TILL-${Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
