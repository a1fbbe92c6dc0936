// POST /admin/tongbao/reconcile: asks the gateway about everything that waits, at once.
import type { Request, Response } from '../../../../http.ts';
import { reconcile } from '../../../../reconcile.ts';

export const POST = async ({ scope }: Request, response: Response): Promise<void> => {
  response.json(await reconcile(scope, 0));
};
