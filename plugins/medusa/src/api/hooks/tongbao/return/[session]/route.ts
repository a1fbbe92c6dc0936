// GET /hooks/tongbao/return/:session: the shopper's browser on its way back from the cashier. Never fails the shopper: what
// cannot be found out now, the notification or the job will.
import { loggerOf, providersOf } from '../../../../../engine.ts';
import type { Request, Response } from '../../../../../http.ts';
import { locate, look, standingOf } from '../../../../../sessions.ts';

export const GET = async ({ scope, params }: Request, response: Response): Promise<void> => {
  const id = (params.session ?? '').slice(0, 64);
  const located = await locate(scope, id);
  const provider = providersOf(scope).find((each) => each.id === located?.row.provider_id);
  if (located === null || provider === undefined) {
    response.status(404).type('text/plain').send('There is no such payment.');
    return;
  }
  await look(scope, provider, located.facts).catch((error: Error) =>
    loggerOf(scope).error(`tongbao ${id}: ${error.message}`),
  );
  const now = await locate(scope, id);
  const fill = (text: string) =>
    text
      .replaceAll('{cart}', encodeURIComponent(located.cartId ?? ''))
      .replaceAll('{order}', encodeURIComponent(now?.orderId ?? ''));
  const url = new URL(fill(provider.options.returnUrl));
  url.searchParams.set('payment', standingOf(now).session);
  response.setHeader('cache-control', 'no-store');
  response.redirect(303, url.toString());
};
