// The shop assistant's page: the amount, then the shopper's code is scanned, or a code is shown for him to scan; or the
// counter's static code.
import { useQuery } from '@tanstack/react-query';
import { type Money, parseMajor, toWire } from '@tongbao/money';
import type { TillShops } from '@tongbao/protocol/sandbox';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../ui/api.ts';
import { Bar, Skeleton } from '../ui/frame.tsx';
import { Icon } from '../ui/icons.tsx';
import { Charge } from './charge.tsx';
import { ShowOrder } from './show-order.tsx';
import { StaticCode } from './static-code.tsx';
import './till.css';

export type Shop = TillShops['shops'][number];
type Step = 'amount' | 'scan' | 'show' | 'static';

const storageKey = 'tongbao-till-shop';

/** Which shop this till stands in; a browser that keeps nothing asks again. */
function rememberedShop(): string {
  try {
    return localStorage.getItem(storageKey) ?? '';
  } catch {
    return '';
  }
}

function rememberShop(clientId: string): void {
  try {
    localStorage.setItem(storageKey, clientId);
  } catch {
    // It is chosen for this page only.
  }
}

export function Till() {
  const { t } = useTranslation();
  const shops = useQuery({
    queryKey: ['/sandbox/till'],
    queryFn: () => call<TillShops>('GET', '/sandbox/till'),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const [chosen, setChosen] = useState(rememberedShop);
  const all = shops.data?.shops ?? [];
  const shop = all.find(({ clientId }) => clientId === chosen) ?? all[0];
  return (
    <>
      <Bar title={t('till')} />
      <main className="page narrow till">
        {shops.error !== null && (
          <div className="card" role="alert">
            <p className="note bad">{t('tillDown', { why: shops.error.message })}</p>
            <button type="button" className="button quiet small" onClick={() => void shops.refetch()}>
              {t('retry')}
            </button>
          </div>
        )}
        {shops.isPending && (
          <div className="card">
            <Skeleton rows={5} />
          </div>
        )}
        {shop !== undefined && (
          <Counter
            key={shop.clientId}
            shop={shop}
            shops={all}
            choose={(clientId) => {
              rememberShop(clientId);
              setChosen(clientId);
            }}
          />
        )}
      </main>
    </>
  );
}

function typedAmount(text: string, currency: string): Money | null {
  try {
    const value = parseMajor(text.normalize('NFKC').replace(/[,\s]/g, ''), currency);
    return value.amount > 0n ? value : null;
  } catch {
    return null;
  }
}

function Counter(props: { shop: Shop; shops: readonly Shop[]; choose: (clientId: string) => void }) {
  const { t } = useTranslation();
  const { shop } = props;
  const [step, setStep] = useState<Step>('amount');
  const [typed, setTyped] = useState('');
  const [currency, setCurrency] = useState(shop.currency);
  const [isTouched, setTouched] = useState(false);
  const amount = typedAmount(typed, currency);
  const back = () => setStep('amount');
  const next = () => {
    setTyped('');
    setTouched(false);
    setStep('amount');
  };
  const go = (to: 'scan' | 'show') => {
    setTouched(true);
    if (amount !== null) setStep(to);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    go('scan');
  };
  if (step === 'static') return <StaticCode shop={shop} back={back} />;
  if (step === 'scan' && amount !== null)
    return <Charge shop={shop} amount={toWire(amount)} back={back} next={next} />;
  if (step === 'show' && amount !== null)
    return <ShowOrder shop={shop} amount={toWire(amount)} back={back} next={next} />;
  const isWrong = isTouched && amount === null;
  const hasDecimals = shop.currencies.some((each) => each.currency === currency && each.minorUnits > 0);
  return (
    <form className="card" onSubmit={submit} noValidate>
      <label className="field">
        <span>{t('tillShop')}</span>
        <select value={shop.clientId} onChange={(event) => props.choose(event.target.value)}>
          {props.shops.map((each) => (
            <option key={each.clientId} value={each.clientId}>
              {each.displayName}
            </option>
          ))}
        </select>
      </label>
      {shop.currencies.length > 1 && (
        <label className="field">
          <span>{t('tillCurrency')}</span>
          <select value={currency} onChange={(event) => setCurrency(event.target.value)}>
            {shop.currencies.map((each) => (
              <option key={each.currency}>{each.currency}</option>
            ))}
          </select>
        </label>
      )}
      <label className="field till-amount">
        <span>{t('tillAmount', { currency })}</span>
        <input
          // biome-ignore lint/a11y/noAutofocus: an assistant types the amount and nothing else here.
          autoFocus
          inputMode={hasDecimals ? 'decimal' : 'numeric'}
          autoComplete="off"
          maxLength={16}
          aria-invalid={isWrong}
          aria-describedby="till-amount-note"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
      </label>
      <div id="till-amount-note" aria-live="polite">
        {isWrong && <p className="note bad">{t('tillAmountWrong')}</p>}
      </div>
      <div className="actions">
        <button type="submit" className="button">
          <Icon name="scan" size={20} /> {t('tillScan')}
        </button>
        <button type="button" className="button quiet" onClick={() => go('show')}>
          <Icon name="code" size={20} /> {t('tillShow')}
        </button>
        <button type="button" className="linkish" onClick={() => setStep('static')}>
          {t('tillStatic')}
        </button>
      </div>
    </form>
  );
}
