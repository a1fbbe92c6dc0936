// Members: sign in, sign up, and what they ordered. Guests need none of it.
import { type FormEvent, useState } from 'react';
import { granted } from './api.ts';
import { Loading, reason, useLoaded } from './loading.tsx';
import { Go, useShop } from './shop-context.tsx';

interface Customer {
  readonly firstName: string;
  readonly emailAddress: string;
  readonly orders: {
    readonly items: readonly {
      readonly code: string;
      readonly totalWithTax: number;
      readonly state: string;
    }[];
  };
}

export function Account() {
  const { ask, language, t, price } = useShop();
  const [round, setRound] = useState(0);
  const again = () => setRound(round + 1);
  const loaded = useLoaded(`account ${language} ${round}`, () =>
    ask<{ activeCustomer: Customer | null }>(
      '{ activeCustomer { firstName emailAddress orders(options: { take: 20, sort: { id: DESC }, filter: { active: { eq: false } } }) { items { code totalWithTax state } } } }',
    ),
  );
  return (
    <Loading of={loaded}>
      {({ activeCustomer: customer }) =>
        customer === null ? (
          <SignIn onDone={again} />
        ) : (
          <>
            <header className="row">
              <h1>{t('hello', { name: customer.firstName || customer.emailAddress })}</h1>
              <button
                type="button"
                className="plain"
                onClick={() => void ask('mutation { logout { success } }').then(again, again)}
              >
                {t('signOut')}
              </button>
            </header>
            <h2>{t('orders')}</h2>
            {customer.orders.items.length === 0 && <p className="quiet">{t('noOrders')}</p>}
            <ul className="orders">
              {customer.orders.items.map((order) => (
                <li key={order.code} className="row">
                  <Go to={`orders/${order.code}`}>{order.code}</Go>
                  <span>{price(order.totalWithTax)}</span>
                </li>
              ))}
            </ul>
          </>
        )
      }
    </Loading>
  );
}

function SignIn({ onDone }: { onDone: () => void }) {
  const { ask, t } = useShop();
  const [isNew, setNew] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const given = Object.fromEntries(new FormData(event.currentTarget)) as Record<string, string>;
    setBusy(true);
    setTrouble(null);
    try {
      if (isNew) {
        const { registerCustomerAccount } = await ask<{ registerCustomerAccount: object }>(
          'mutation ($input: RegisterCustomerInput!) { registerCustomerAccount(input: $input) { ... on Success { success } ... on ErrorResult { errorCode message } } }',
          {
            input: { emailAddress: given.email, firstName: given.firstName, password: given.password },
          },
        );
        granted(registerCustomerAccount);
      }
      const { login } = await ask<{ login: object }>(
        'mutation ($email: String!, $password: String!) { login(username: $email, password: $password) { ... on CurrentUser { id } ... on ErrorResult { errorCode message } } }',
        { email: given.email, password: given.password },
      );
      granted(login);
      onDone();
    } catch (error) {
      setTrouble(reason(t, error));
      setBusy(false);
    }
  }
  return (
    <form className="form narrow" onSubmit={(event) => void submit(event)}>
      <h1>{t(isNew ? 'signUp' : 'signIn')}</h1>
      <label>
        {t('email')}
        <input name="email" type="email" autoComplete="email" required maxLength={100} />
      </label>
      {isNew && (
        <label>
          {t('firstName')}
          <input name="firstName" autoComplete="given-name" required maxLength={100} />
        </label>
      )}
      <label>
        {t('password')}
        <input
          name="password"
          type="password"
          autoComplete={isNew ? 'new-password' : 'current-password'}
          required
          minLength={4}
          maxLength={72}
        />
      </label>
      <button type="submit" className="main" disabled={isBusy}>
        {t(isBusy ? 'working' : isNew ? 'signUp' : 'signIn')}
      </button>
      <button type="button" className="plain" onClick={() => setNew(!isNew)}>
        {t(isNew ? 'signIn' : 'signUp')}
      </button>
      {trouble !== null && (
        <p className="trouble" role="alert">
          {trouble}
        </p>
      )}
    </form>
  );
}
