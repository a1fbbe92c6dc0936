// GET /admin/tongbao/providers: this plugin's entries in the payment module's configuration, without their keys.
import { providersOf } from '../../../../engine.ts';
import type { Request, Response } from '../../../../http.ts';

export const GET = async ({ scope }: Request, response: Response): Promise<void> => {
  response.json({
    providers: providersOf(scope).map(({ id, options }) => ({
      id,
      client_id: options.clientId,
      host: options.host,
      mode: options.mode,
    })),
  });
};
