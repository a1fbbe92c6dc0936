// What this network is, for the three who come here: shoppers, shops, and those who run it. It asks the server for nothing.
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { showMoney } from '../ui/format.ts';
import { Bar } from '../ui/frame.tsx';
import { Icon, type IconName } from '../ui/icons.tsx';
import './landing.css';

export function Landing() {
  const { t } = useTranslation();
  return (
    <>
      <Bar title={t('landingNetwork')} />
      <main className="page landing">
        <div className="landing-head">
          <div>
            <h1>{t('landingTitle')}</h1>
            <p className="landing-lead">{t('landingLead')}</p>
            <div className="landing-ways">
              <a className="button" href="/wallet">
                {t('landingOpenWallet')}
              </a>
              <a className="button quiet" href="#shops">
                {t('landingForShops')}
              </a>
            </div>
          </div>
          <Example />
        </div>
        <div className="landing-who">
          <Who icon="purse" title={t('landingShoppers')} links={[['/wallet', t('landingWallet')]]}>
            <li>{t('landingShoppers1')}</li>
            <li>{t('landingShoppers2')}</li>
            <li>{t('landingShoppers3')}</li>
          </Who>
          <Who
            icon="shop"
            title={t('landingShops')}
            id="shops"
            links={[
              ['/console', t('landingConsole')],
              ['/openapi.json', t('landingApi')],
            ]}
          >
            <li>{t('landingShops1')}</li>
            <li>{t('landingShops2')}</li>
            <li>{t('landingShops3')}</li>
          </Who>
          <Who icon="lock" title={t('landingOperators')} links={[['/console', t('landingOperatorsIn')]]}>
            <li>{t('landingOperators1')}</li>
            <li>{t('landingOperators2')}</li>
            <li>{t('landingOperators3')}</li>
          </Who>
        </div>
        <p className="footer">{t('landingFooter')}</p>
      </main>
    </>
  );
}

/** One payment as a shopper and the shop see it. The figures are an example, and said to be one. */
function Example() {
  const { t } = useTranslation();
  return (
    <figure className="card landing-example">
      <figcaption className="muted small">{t('landingExample')}</figcaption>
      <div className="landing-sums">
        <div>
          <span className="muted small">{t('landingPriced')}</span>
          <strong>{showMoney({ currency: 'KRW', value: '59000' })}</strong>
        </div>
        <Icon name="onward" size={22} />
        <div>
          <span className="muted small">{t('landingCosts')}</span>
          <strong>{showMoney({ currency: 'CNY', value: '33556' })}</strong>
        </div>
      </div>
      <dl>
        <div className="row">
          <dt>{t('landingRate')}</dt>
          <dd>1 CNY = 175.826 KRW</dd>
        </div>
        <div className="row">
          <dt>{t('landingSpread')}</dt>
          <dd>{showMoney({ currency: 'CNY', value: '167' })}</dd>
        </div>
        <div className="row">
          <dt>{t('landingReceives')}</dt>
          <dd>{showMoney({ currency: 'KRW', value: '58115' })}</dd>
        </div>
      </dl>
    </figure>
  );
}

function Who(props: {
  icon: IconName;
  title: string;
  id?: string;
  links: readonly (readonly [href: string, words: string])[];
  children: ReactNode;
}) {
  return (
    <section className="card" id={props.id}>
      <div className="badge">
        <Icon name={props.icon} size={22} />
      </div>
      <h2>{props.title}</h2>
      <ul>{props.children}</ul>
      <p className="landing-links">
        {props.links.map(([href, words]) => (
          <a key={href} href={href}>
            {words}
          </a>
        ))}
      </p>
    </section>
  );
}
