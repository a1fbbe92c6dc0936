// POST /hooks/tongbao: the gateway's notifications.
import type { Request, Response } from '../../../http.ts';
import { receive } from '../../../notify.ts';

export const POST = async (request: Request, response: Response): Promise<void> => {
  const { status, contentType, body } = await receive(request.scope, {
    headers: request.headers,
    body: request.rawBody ?? Buffer.alloc(0),
  });
  response.status(status).type(contentType).send(body);
};
