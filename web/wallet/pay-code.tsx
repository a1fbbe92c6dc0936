// The payment code: what a shopper shows at a till, as a QR code and a barcode, new each minute; and what becomes of it.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { PaymentCodeView, WalletView } from '@tongbao/protocol/wallet';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError, call } from '../ui/api.ts';
import { errorText } from '../ui/error-text.ts';
import { methodName, showMoney } from '../ui/format.ts';
import { Result, Skeleton, StepHeading } from '../ui/frame.tsx';
import { Icon } from '../ui/icons.tsx';

const path = '/api/wallet/payment-codes';
const watchMs = 1_500;
/** A new code comes this long before the former one ends. */
const earlyMs = 5_000;

interface Issued {
  readonly code: string;
  readonly codeId: string;
  readonly expiresAt: string;
  readonly now: string;
}

type Method = { readonly kind: 'balance' } | { readonly kind: 'card'; readonly cardId: string };

export function PayCode(props: { wallet: WalletView }) {
  const { t } = useTranslation();
  const { wallet } = props;
  const cards = wallet.cards.filter(({ status }) => status === 'active');
  const [cardId, setCardId] = useState('');
  const [isHidden, setHidden] = useState(false);
  const method: Method = cardId === '' ? { kind: 'balance' } : { kind: 'card', cardId };
  // Nobody watches a page in the background: its code goes out with the light.
  useEffect(() => {
    const changed = () => {
      if (document.hidden) setHidden(true);
    };
    document.addEventListener('visibilitychange', changed);
    return () => document.removeEventListener('visibilitychange', changed);
  }, []);
  return (
    <section className="card pay-code" aria-label={t('payCode')}>
      <StepHeading level={1}>{t('payCode')}</StepHeading>
      <p className="muted lead">{t('payCodeText')}</p>
      {isHidden ? (
        <div className="empty">
          <Icon name="lock" size={40} />
          <p>{t('payCodeHidden')}</p>
          <div className="actions">
            <button type="button" className="button" onClick={() => setHidden(false)}>
              {t('payCodeShow')}
            </button>
          </div>
        </div>
      ) : (
        <Shown key={cardId} method={method} />
      )}
      <label className="field">
        <span>{t('paidBy')}</span>
        <select value={cardId} onChange={(event) => setCardId(event.target.value)}>
          <option value="">
            {t('balance')} · {showMoney(wallet.available)}
          </option>
          {cards.map((card) => (
            <option key={card.cardId} value={card.cardId}>
              {methodName({ kind: 'card', card })}
            </option>
          ))}
        </select>
      </label>
      <p className="hint">{t('payCodeWarning')}</p>
    </section>
  );
}

/** One code after the other; each is watched until something has become of it. */
function Shown(props: { method: Method }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const { method } = props;
  const issue = useMutation({ mutationFn: () => call<Issued>('POST', path, { method }) });
  const { mutate } = issue;
  useEffect(() => mutate(), [mutate]);
  const issued = issue.data;
  const codeId = issued?.codeId;
  const watch = useQuery({
    queryKey: [path, codeId],
    queryFn: () => call<PaymentCodeView>('GET', `${path}/${codeId}`),
    enabled: codeId !== undefined,
    refetchInterval: ({ state }) =>
      state.data?.status === 'waiting' || state.data?.status === 'pending' || state.data === undefined
        ? watchMs
        : false,
  });
  const seconds = useSecondsLeft(issued, mutate);
  const became = watch.data;
  const status = became?.status;
  useEffect(() => {
    if (status === 'confirm' && became?.cashierPath != null) location.href = became.cashierPath;
    if (status === 'paid')
      void queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== path });
  }, [status, became, queries]);
  if (issue.error !== null)
    return (
      <div className="note bad" role="alert">
        <p>{errorText(issue.error, t)}</p>
        <button type="button" className="linkish" onClick={() => issue.mutate()}>
          {t('retry')}
        </button>
      </div>
    );
  if (issued === undefined) return <Skeleton rows={5} />;
  if (became !== undefined && (status === 'paid' || status === 'pending' || status === 'failed'))
    return <Became view={became} again={() => issue.mutate()} />;
  return (
    <>
      <Pictures code={issued.code} />
      <p className="muted small centred" aria-live="off">
        {t('payCodeSeconds', { seconds })}{' '}
        <button type="button" className="linkish" onClick={() => issue.mutate()}>
          {t('payCodeRefresh')}
        </button>
      </p>
    </>
  );
}

function Became(props: { view: PaymentCodeView; again: () => void }) {
  const { t } = useTranslation();
  const { view } = props;
  if (view.status === 'pending')
    return <Result icon="clock" tone="wait" title={t('pendingTitle')} text={t('pendingText')} />;
  if (view.status === 'failed') {
    const refusal = view.refusal ?? 'UNAVAILABLE';
    return (
      <Result
        icon="cross"
        tone="bad"
        title={view.merchantName ?? t('payCode')}
        text={errorText(new ApiError({ code: refusal, message: '' }), t)}
      >
        <div className="actions">
          <button type="button" className="button" onClick={props.again}>
            {t('payCodeRefresh')}
          </button>
        </div>
      </Result>
    );
  }
  return (
    <Result icon="check" title={t('paidTitle')} text={view.merchantName ?? ''}>
      {view.seller !== null && <p className="small">{t('soldBy', { seller: view.seller })}</p>}
      {view.payerAmount !== null && <p className="paid-amount">{showMoney(view.payerAmount)}</p>}
      {view.amount !== null && <p className="muted">{showMoney(view.amount)}</p>}
      <div className="actions">
        {view.billId !== null && (
          <a className="button" href={`#/bills/${view.billId}`}>
            {t('billDetail')}
          </a>
        )}
        <button type="button" className="button quiet" onClick={props.again}>
          {t('payCode')}
        </button>
      </div>
    </Result>
  );
}

/** The library draws both; it comes when somebody shows a code. */
function Pictures(props: { code: string }) {
  const { t } = useTranslation();
  const { code } = props;
  const [isShown, setShown] = useState(false);
  const drawn = useQuery({
    queryKey: ['drawn', code],
    queryFn: async () => {
      const { code128, drawingSVG, qrcode } = await import('bwip-js/browser');
      const address = (svg: string) => `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
      const text = code;
      return {
        bars: address(code128<string>({ bcid: 'code128', text, height: 14 }, drawingSVG())),
        square: address(qrcode<string>({ bcid: 'qrcode', text }, drawingSVG())),
      };
    },
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (drawn.data === undefined) return <Skeleton rows={5} />;
  return (
    <div className="code-pictures" data-testid="payment-code" data-code={isShown ? code : undefined}>
      <img className="bars" src={drawn.data.bars} alt={t('payCode')} />
      <img className="square" src={drawn.data.square} alt="" />
      {isShown ? (
        <p className="mono code-digits">{code.replace(/(\d{4})(?=\d)/g, '$1 ')}</p>
      ) : (
        <button type="button" className="linkish" onClick={() => setShown(true)}>
          {t('payCodeNumber')}
        </button>
      )}
    </div>
  );
}

/** Whole seconds until the next code, by the server's clock; asks for it when they are over. */
function useSecondsLeft(issued: Issued | undefined, next: () => void): number {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    if (issued === undefined) return;
    const life = Date.parse(issued.expiresAt) - Date.parse(issued.now) - earlyMs;
    const until = performance.now() + life;
    const count = () => {
      const ms = until - performance.now();
      setLeft(Math.max(0, Math.ceil(ms / 1_000)));
      if (ms <= 0) {
        clearInterval(timer);
        next();
      }
    };
    const timer = setInterval(count, 500);
    setLeft(Math.ceil(life / 1_000));
    return () => clearInterval(timer);
  }, [issued, next]);
  return left;
}
