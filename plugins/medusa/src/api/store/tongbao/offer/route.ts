// GET /store/tongbao/offer?provider_id=&currency_code=&amount=&country=: whether this shopper sees the option, and what a price
// is about in his currency. `amount` in whole units with decimals, as Medusa writes prices.
import { toWire } from '../../../../amounts.ts';
import { providersOf } from '../../../../engine.ts';
import { type Request, type Response, textIn } from '../../../../http.ts';
import { offerOf } from '../../../../offer.ts';

export const GET = async ({ scope, query }: Request, response: Response): Promise<void> => {
  const refuse = (status: number, message: string) =>
    response.status(status).json({ type: 'invalid_data', message });
  const id = textIn(query, 'provider_id');
  const provider = providersOf(scope).find((each) => each.id === id);
  if (provider === undefined) return void refuse(404, `there is no payment provider ${id} of this plugin`);
  const currency = textIn(query, 'currency_code')?.toUpperCase() ?? '';
  const country = textIn(query, 'country')?.toUpperCase();
  if (country !== undefined && !/^[A-Z]{2}$/.test(country))
    return void refuse(400, `country: "${country}" is not a country`);
  let wire: bigint;
  try {
    wire = toWire(textIn(query, 'amount') ?? '', currency);
  } catch (error) {
    return void refuse(400, (error as Error).message);
  }
  response.json(await offerOf(scope, provider, { country, currency, wire }));
};
