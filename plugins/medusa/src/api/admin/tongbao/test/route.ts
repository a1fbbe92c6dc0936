// POST /admin/tongbao/test { provider_id, currency_code }: tests the connection of one entry. Moves nothing.
import { providersOf } from '../../../../engine.ts';
import { type Request, type Response, textIn } from '../../../../http.ts';
import { testConnection } from '../../../../offer.ts';

export const POST = async ({ scope, body }: Request, response: Response): Promise<void> => {
  const id = textIn(body, 'provider_id');
  const provider = providersOf(scope).find((each) => each.id === id);
  if (provider === undefined) {
    response.status(404).json({ ok: false, message: `there is no payment provider ${id} of this plugin` });
    return;
  }
  const currency = (textIn(body, 'currency_code') ?? 'KRW').toUpperCase();
  if (!/^[A-Z]{3}$/.test(currency)) {
    response.status(400).json({ ok: false, message: `currency_code: "${currency}" is not a currency` });
    return;
  }
  response.json(await testConnection(provider, currency));
};
