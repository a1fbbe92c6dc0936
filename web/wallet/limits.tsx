// Limits: the three classes of wallet as the rules have them, what counts so far, and what the shopper allows himself.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { formatMajor, fromWire, parseMajor } from '@tongbao/money';
import type { LimitsView, LimitView } from '@tongbao/protocol/wallet';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../ui/api.ts';
import { showMoney, showShortTime } from '../ui/format.ts';
import { Skeleton, StepHeading } from '../ui/frame.tsx';
import { say, type WordKey } from '../ui/i18n.ts';
import { AskPin } from './ask-pin.tsx';
import { Failed } from './bills.tsx';
import { roman } from './me.tsx';

const path = '/api/wallet/limits';

export function Limits() {
  const { t } = useTranslation();
  const query = useQuery({ queryKey: [path], queryFn: () => call<LimitsView>('GET', path) });
  const view = query.data;
  return (
    <>
      <section className="card" aria-label={t('limits')}>
        <StepHeading level={1}>{t('limits')}</StepHeading>
        <p className="muted lead">{t('limitsText')}</p>
        {query.isPending && <Skeleton rows={6} />}
        {query.error !== null && <Failed error={query.error} again={() => void query.refetch()} />}
        {view !== undefined && <Known view={view} />}
      </section>
      {view !== undefined && (
        <>
          {view.classes.map((each) => (
            <WalletClass key={each.walletClass} view={view} of={each} />
          ))}
          <OwnLimits key={JSON.stringify(view.own)} view={view} />
        </>
      )}
    </>
  );
}

const sources: Readonly<Record<string, WordKey>> = {
  'resident-registry': 'srcRegistry',
  'mobile-operator': 'srcOperator',
};

function Known(props: { view: LimitsView }) {
  const { t } = useTranslation();
  const { used, identity, walletClass } = props.view;
  return (
    <>
      <p>
        <strong>{t('checksSoFar', { count: identity.checks.length })}</strong>{' '}
        {identity.maskedId !== null && <span className="mono small">{identity.maskedId}</span>}
      </p>
      <ul className="tags">
        {identity.checks.map(({ source }) => (
          <li key={source} className="tag">
            {source.startsWith('bank:')
              ? t('srcBank', { bank: source.slice('bank:'.length) })
              : say(t, sources[source] ?? 'srcRegistry')}
          </li>
        ))}
      </ul>
      {walletClass > 0 && walletClass < 3 && <p className="hint">{t('raiseClass')}</p>}
      <h2 className="after">{t('limitsUsed')}</h2>
      <p className="muted">
        {t('usedToday', { amount: showMoney(used.today), count: used.todayCount })}
        <br />
        {t('usedYear', { amount: showMoney(used.yearFromBalance) })}
      </p>
    </>
  );
}

const measures: Readonly<Record<LimitView['measure'], WordKey>> = {
  payment: 'limitPaymentBalance',
  day: 'limitDay',
  'payments-a-day': 'limitCount',
  'year-from-balance': 'limitYear',
  'ever-from-balance': 'limitEver',
};

function WalletClass(props: { view: LimitsView; of: LimitsView['classes'][number] }) {
  const { t, i18n } = useTranslation();
  const { view, of } = props;
  const isOwn = view.walletClass === of.walletClass;
  return (
    <section className={`card ${isOwn ? 'own' : ''}`}>
      <div className="card-head">
        <h2>{t('walletClassN', { n: roman[of.walletClass] })}</h2>
        {isOwn ? (
          <span className="tag">{t('yourClass')}</span>
        ) : (
          <span className="muted small">{t('checksNeeded', { count: of.checksNeeded })}</span>
        )}
      </div>
      <dl>
        {of.limits.map((limit) => (
          <div className="row" key={limit.rule}>
            <dt>
              {limit.method === 'card' && limit.measure === 'payment'
                ? t('limitPaymentCard')
                : say(t, measures[limit.measure])}
              {limit.validFrom !== null && limit.validFrom > view.now && (
                <span className="second">
                  {t('limitFrom', { date: showShortTime(limit.validFrom).slice(0, 10) })}
                </span>
              )}
            </dt>
            <dd>
              {limit.measure === 'payments-a-day'
                ? new Intl.NumberFormat(i18n.language).format(BigInt(limit.atMost))
                : showMoney({ currency: 'CNY', value: limit.atMost })}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

const shown = (own: LimitsView['own']['day']): string => (own === null ? '' : formatMajor(fromWire(own)));

/** Fen as text; null for none; undefined when it is no amount. */
function fenOf(text: string): string | null | undefined {
  if (text.trim() === '') return null;
  try {
    const { amount } = parseMajor(text.normalize('NFKC').replace(/[,\s]/g, ''), 'CNY');
    return amount >= 0n ? amount.toString() : undefined;
  } catch {
    return undefined;
  }
}

function OwnLimits(props: { view: LimitsView }) {
  const { t } = useTranslation();
  const { own } = props.view;
  const queries = useQueryClient();
  const [payment, setPayment] = useState(shown(own.payment));
  const [day, setDay] = useState(shown(own.day));
  const [isConfirming, setConfirming] = useState(false);
  const [hasTried, setTried] = useState(false);
  const limits = { payment: fenOf(payment), day: fenOf(day) };
  const isWrong = limits.payment === undefined || limits.day === undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!isWrong) setConfirming(true);
  };
  const field = (name: string, value: string, set: (text: string) => void) => (
    <label className="field">
      <span>{name}</span>
      <input
        inputMode="decimal"
        autoComplete="off"
        value={value}
        aria-invalid={hasTried && fenOf(value) === undefined}
        onChange={(event) => set(event.target.value)}
      />
    </label>
  );
  return (
    <form className="card" onSubmit={submit} noValidate aria-label={t('ownLimits')}>
      <h2>{t('ownLimits')}</h2>
      <p className="muted lead">{t('ownLimitsText')}</p>
      <div className="fields">
        {field(t('ownPayment'), payment, setPayment)}
        {field(t('ownDay'), day, setDay)}
      </div>
      <p className="wrong" aria-live="polite">
        {hasTried && isWrong && t('ownWrong')}
      </p>
      <button type="submit" className="button">
        {t('save')}
      </button>
      {isConfirming && (
        <AskPin
          ask={(pin) => call<LimitsView>('POST', path, { ...limits, pin })}
          onDone={(view) => {
            setConfirming(false);
            queries.setQueryData([path], view);
          }}
          onClose={() => setConfirming(false)}
        >
          <p>{t('ownLimits')}</p>
        </AskPin>
      )}
    </form>
  );
}
