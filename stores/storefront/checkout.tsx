// The checkout: who and where, then how to pay. The wallet is listed only where the shop's own checker says so.
import { type FormEvent, useState } from 'react';
import { regions } from '../src/shops.ts';
import { granted, type Order, orderOrError } from './api.ts';
import { EmptyCart, Lines, Sums } from './lines.tsx';
import { reason } from './loading.tsx';
import { Estimate, OfferLine, useOffer } from './offer.tsx';
import { useShop } from './shop-context.tsx';

interface Method {
  readonly code: string;
  readonly name: string;
  readonly isEligible: boolean;
}

const fields = [
  ['email', 'email', 'email'],
  ['lastName', 'family-name', 'text'],
  ['firstName', 'given-name', 'text'],
  ['street', 'address-line1', 'text'],
  ['city', 'address-level2', 'text'],
  ['postcode', 'postal-code', 'text'],
] as const;

/** Writes customer, address and shipping into the cart, and asks how it can be paid. */
async function place(
  shop: ReturnType<typeof useShop>,
  given: Record<string, string>,
): Promise<readonly Method[]> {
  const { activeCustomer } = await shop.ask<{ activeCustomer: object | null }>('{ activeCustomer { id } }');
  if (activeCustomer === null)
    await shop.change(
      'mutation ($input: CreateCustomerInput!) { setCustomerForOrder(input: $input) { ORDER } }',
      { input: { emailAddress: given.email, firstName: given.firstName, lastName: given.lastName } },
    );
  await shop.change(
    'mutation ($input: CreateAddressInput!) { setOrderShippingAddress(input: $input) { ORDER } }',
    {
      input: {
        fullName: `${given.lastName} ${given.firstName}`,
        streetLine1: given.street,
        city: given.city,
        postalCode: given.postcode,
        countryCode: shop.region,
      },
    },
  );
  const { eligibleShippingMethods } = await shop.ask<{ eligibleShippingMethods: { id: string }[] }>(
    '{ eligibleShippingMethods { id } }',
  );
  await shop.change('mutation ($ids: [ID!]!) { setOrderShippingMethod(shippingMethodId: $ids) { ORDER } }', {
    ids: eligibleShippingMethods.slice(0, 1).map(({ id }) => id),
  });
  const { eligiblePaymentMethods } = await shop.ask<{ eligiblePaymentMethods: Method[] }>(
    '{ eligiblePaymentMethods { code name isEligible } }',
  );
  return eligiblePaymentMethods.filter(({ isEligible }) => isEligible);
}

export function Checkout() {
  const shop = useShop();
  const { cart, t } = shop;
  const [methods, setMethods] = useState<readonly Method[] | null>(null);
  const [given, setGiven] = useState<Record<string, string>>({});
  const [trouble, setTrouble] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const offer = useOffer(cart?.totalWithTax);

  async function busy(work: () => Promise<void>) {
    setBusy(true);
    setTrouble(null);
    await work().catch((error) => setTrouble(reason(t, error)));
    setBusy(false);
  }
  if (cart === null || cart.lines.length === 0) return <EmptyCart />;
  return (
    <>
      <h1>{t('checkout')}</h1>
      <div className="two">
        <div>
          {methods === null ? (
            <AddressForm
              given={given}
              isBusy={isBusy}
              onGiven={(answers) => {
                setGiven(answers);
                void busy(async () => setMethods(await place(shop, answers)));
              }}
            />
          ) : (
            <>
              <section className="part">
                <header className="row">
                  <h2>{t('address')}</h2>
                  <button type="button" className="plain" onClick={() => setMethods(null)}>
                    {t('change')}
                  </button>
                </header>
                <p>
                  {given.lastName} {given.firstName}, {given.street}, {given.city} {given.postcode},{' '}
                  {cart.shippingAddress?.country}
                </p>
              </section>
              <Payment methods={methods} isBusy={isBusy} busy={busy} />
            </>
          )}
          {trouble !== null && (
            <p className="trouble" role="alert">
              {trouble}
            </p>
          )}
        </div>
        <aside>
          <OfferLine offer={offer} />
          <Lines order={cart} />
          <Sums order={cart} offer={offer} />
        </aside>
      </div>
    </>
  );
}

function AddressForm({
  given,
  isBusy,
  onGiven,
}: {
  given: Record<string, string>;
  isBusy: boolean;
  onGiven: (given: Record<string, string>) => void;
}) {
  const { t, region, setRegion, language } = useShop();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    onGiven(Object.fromEntries(new FormData(event.currentTarget)) as Record<string, string>);
  };
  return (
    <form onSubmit={submit} className="form">
      <h2>{t('contact')}</h2>
      <label>
        {t('region')}
        <select value={region} autoComplete="country" onChange={(event) => setRegion(event.target.value)}>
          {regions.map(({ code, name }) => (
            <option key={code} value={code}>
              {name[language]}
            </option>
          ))}
        </select>
      </label>
      {fields.map(([name, autoComplete, type]) => (
        <label key={name}>
          {t(name)}
          <input
            {...{ name, autoComplete, type }}
            required={name !== 'postcode'}
            maxLength={100}
            defaultValue={given[name]}
          />
        </label>
      ))}
      <button type="submit" className="main" disabled={isBusy}>
        {t(isBusy ? 'working' : 'goOn')}
      </button>
    </form>
  );
}

function Payment({
  methods,
  isBusy,
  busy,
}: {
  methods: readonly Method[];
  isBusy: boolean;
  busy: (work: () => Promise<void>) => Promise<void>;
}) {
  const { cart, t, price, ask, go, shop, setCart } = useShop();
  const [chosen, choose] = useState(methods[0]?.code ?? null);
  const offer = useOffer(cart?.totalWithTax);

  async function pay() {
    if (cart!.state === 'AddingItems')
      await ask<{ transitionOrderToState: { message?: string } }>(
        'mutation { transitionOrderToState(state: "ArrangingPayment") { ... on OrderStateTransitionError { message } } }',
      ).then(({ transitionOrderToState: refused }) => {
        if (refused.message !== undefined) throw new Error(refused.message);
      });
    const { addPaymentToOrder } = await ask<{ addPaymentToOrder: Order }>(
      `mutation ($input: PaymentInput!) { addPaymentToOrder(input: $input) { ${orderOrError} ... on PaymentFailedError { paymentErrorMessage } } }`,
      {
        input: {
          method: chosen,
          metadata: { terminal: matchMedia('(max-width: 600px)').matches ? 'WAP' : 'WEB' },
        },
      },
    );
    const order = granted(addPaymentToOrder);
    const url = order.payments?.findLast(({ state }) => state === 'AwaitingShopper')?.metadata?.public
      ?.redirectUrl;
    if (url !== undefined) {
      location.assign(url);
      // The page goes; the button stays as it is.
      await new Promise((resolve) => setTimeout(resolve, 5_000));
      return;
    }
    setCart(null);
    go(`orders/${order.code}`);
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void busy(pay);
      }}
    >
      <fieldset className="methods">
        <legend>{t('payment')}</legend>
        {methods.map(({ code, name }) => (
          <label key={code} data-method={code}>
            <input type="radio" name="method" checked={chosen === code} onChange={() => choose(code)} />
            <span>{name}</span>
            {code === `${shop.code}-wallet` && <Estimate offer={offer} stored={cart!.totalWithTax} />}
          </label>
        ))}
      </fieldset>
      <button type="submit" className="main" disabled={isBusy || chosen === null}>
        {isBusy ? t('working') : t('pay', { amount: price(cart!.totalWithTax) })}
      </button>
    </form>
  );
}
