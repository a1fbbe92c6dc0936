// A payment to try, made through the same verb that shops use.
import { useMutation, useQuery } from '@tanstack/react-query';
import { parseMajor, toWire } from '@tongbao/money';
import type { Credentials, TillShops } from '@tongbao/protocol/sandbox';
import { type FormEvent, useState } from 'react';
import { call } from '../ui/api.ts';

/** An amount typed in major units; null for an empty field, which leaves it to the server. Throws for anything else. */
function typedAmount(text: string, currency: string) {
  if (text.trim() === '') return null;
  const amount = parseMajor(text.replace(/[,\s]/g, ''), currency);
  if (amount.amount <= 0n) throw new Error('The amount must be above 0');
  return toWire(amount);
}

export function TestPayment(props: { merchants: Credentials['merchants'] }) {
  const { merchants } = props;
  const [clientId, setClientId] = useState('');
  const [amount, setAmount] = useState('');
  const [description, setDescription] = useState('');
  const merchant = merchants.find((each) => each.clientId === clientId) ?? merchants[0];
  const [chosen, setChosen] = useState('');
  const shops = useQuery({
    queryKey: ['/sandbox/till'],
    queryFn: () => call<TillShops>('GET', '/sandbox/till'),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const currenciesOf = (shop: string | undefined): string[] =>
    shops.data?.shops.find((each) => each.clientId === shop)?.currencies.map((each) => each.currency) ?? [];
  const currencies = currenciesOf(merchant?.clientId);
  const currency = currencies.includes(chosen)
    ? chosen
    : (currencies[0] ?? merchant?.settlementCurrency ?? 'KRW');
  const pay = useMutation({
    mutationFn: async () => {
      const typed = typedAmount(amount, currency);
      return call<{ paymentId: string; cashierUrl: string }>('POST', '/sandbox/test-payment', {
        ...(merchant === undefined ? {} : { clientId: merchant.clientId }),
        ...(typed === null ? { currency } : { amount: typed }),
        ...(description.trim() === '' ? {} : { description: description.trim() }),
      });
    },
    onSuccess: ({ cashierUrl }) => location.assign(new URL(cashierUrl).pathname),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    pay.mutate();
  };
  return (
    <section className="card">
      <h2>Try a payment</h2>
      <form onSubmit={submit}>
        <label className="field">
          <span>Shop</span>
          <select value={merchant?.clientId ?? ''} onChange={(event) => setClientId(event.target.value)}>
            {merchants.map((each) => (
              <option key={each.clientId} value={each.clientId}>
                {each.name} ({each.settlementCurrency}
                {currenciesOf(each.clientId).length > 1 ? ' and others' : ''})
              </option>
            ))}
          </select>
        </label>
        {currencies.length > 1 && (
          <label className="field">
            <span>Priced in</span>
            <select value={currency} onChange={(event) => setChosen(event.target.value)}>
              {currencies.map((each) => (
                <option key={each}>{each}</option>
              ))}
            </select>
          </label>
        )}
        <div className="fields">
          <label className="field">
            <span>Amount ({currency})</span>
            <input
              inputMode="decimal"
              autoComplete="off"
              placeholder={currency === 'KRW' ? '59000' : "the shop's sample"}
              value={amount}
              onChange={(event) => setAmount(event.target.value)}
            />
          </label>
          <label className="field">
            <span>Description</span>
            <input
              maxLength={256}
              placeholder="the shop's sample"
              value={description}
              onChange={(event) => setDescription(event.target.value)}
            />
          </label>
        </div>
        <div aria-live="polite">{pay.error !== null && <p className="note bad">{pay.error.message}</p>}</div>
        <button type="submit" className="button" disabled={pay.isPending}>
          Make a test payment
        </button>
      </form>
      <p className="muted small after">
        At the cashier, sign in as <span className="mono">138 0000 0001</span>; the code is shown there. The
        PIN is <span className="mono">200808</span>.
      </p>
    </section>
  );
}
