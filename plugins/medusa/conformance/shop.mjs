// The smallest Medusa that sells something for the wallet, in a process of its own: real Medusa, real PostgreSQL, the plugin as
// a shop installs it. `node shop.mjs FOLDER`: FOLDER has the engine in its node_modules and a medusa-config.js. Prints one
// line of JSON when the shop is open.
import { createRequire } from 'node:module';
import path from 'node:path';

const folder = process.argv[2];
const port = process.env.SHOP_PORT;
process.chdir(folder);
const require = createRequire(path.join(folder, 'package.json'));

const { default: start } = require('@medusajs/medusa/commands/start');
const { container } = require('@medusajs/framework');
const flows = require('@medusajs/medusa/core-flows');

/** One unit costs the currency's smallest coin: a cart has as many units as it is to cost. */
const lands = [
  { currency_code: 'krw', country: 'kr', coin: 1 },
  { currency_code: 'jpy', country: 'jp', coin: 1 },
  { currency_code: 'gbp', country: 'gb', coin: 0.01 },
];

const run = async (workflow, input) => (await workflow(container).run({ input })).result;

await start({ directory: folder, port, host: '127.0.0.1' });

const [channel] = await container.resolve('sales_channel').listSalesChannels({});
const [store] = await container.resolve('store').listStores({});
await run(flows.updateStoresWorkflow, {
  selector: { id: store.id },
  update: {
    supported_currencies: lands.map(({ currency_code }, place) => ({
      currency_code,
      is_default: place === 0,
    })),
  },
});
const [publishable, secret] = await run(flows.createApiKeysWorkflow, {
  api_keys: ['publishable', 'secret'].map((type) => ({ title: type, type, created_by: '' })),
});
await run(flows.linkSalesChannelsToApiKeyWorkflow, { id: publishable.id, add: [channel.id] });
const regions = await run(flows.createRegionsWorkflow, {
  regions: lands.map(({ currency_code, country }) => ({
    name: currency_code,
    currency_code,
    countries: [country],
    payment_providers: [`pp_tongbao_${currency_code}`],
  })),
});
const [product] = await run(flows.createProductsWorkflow, {
  products: [
    {
      title: 'Goods',
      status: 'published',
      options: [{ title: 'Kind', values: ['Only'] }],
      variants: [
        {
          title: 'Only',
          sku: 'goods',
          manage_inventory: false,
          options: { Kind: 'Only' },
          prices: lands.map(({ currency_code, coin }) => ({ currency_code, amount: coin })),
        },
      ],
      sales_channels: [{ id: channel.id }],
    },
  ],
});

console.log(
  JSON.stringify({
    open: true,
    publishableKey: publishable.token,
    secretKey: secret.token,
    variantId: product.variants[0].id,
    regions: Object.fromEntries(regions.map(({ id, currency_code }) => [currency_code, id])),
  }),
);
