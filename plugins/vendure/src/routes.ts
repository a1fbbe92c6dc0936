// The two addresses that the world outside calls: the gateway with its notifications, the shopper's browser on its way
// back. Whichever comes first records the outcome; the other finds it recorded.

import { Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import { acknowledge, GatewayError, outcomeOf, verifyNotification } from '@tongbao/sdk';
import { Logger } from '@vendure/core';
import type { NextFunction, Request, Response } from 'express';
import { decorateMethod, inject } from './decorate.ts';
import { logContext } from './options.ts';
import { TongbaoRefunds } from './refunds.ts';
import { type Located, TongbaoService, valuesOf } from './service.ts';
import { readSettings } from './settings.ts';

const maxBodyBytes = 256 * 1024;

/** Keeps a notification's bytes as they came: the signature is over them, not over what JSON makes of them. */
export function keepRawBody(
  request: Request & { rawBody?: Buffer; _body?: boolean },
  response: Response,
  next: NextFunction,
): void {
  const chunks: Buffer[] = [];
  let length = 0;
  request.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length > maxBodyBytes) {
      if (!response.headersSent) response.status(413).json({ error: 'a notification has at most 256 kB' });
      request.destroy();
      return;
    }
    chunks.push(chunk);
  });
  request.once('end', () => {
    request.rawBody = Buffer.concat(chunks);
    // Nest's own parser takes this for "read already".
    request._body = true;
    next();
  });
}

export class TongbaoRoutes {
  readonly #service: TongbaoService;
  readonly #refunds: TongbaoRefunds;

  constructor(service: TongbaoService, refunds: TongbaoRefunds) {
    this.#service = service;
    this.#refunds = refunds;
  }

  async notify(request: Request & { rawBody?: Buffer }, response: Response, methodId: string): Promise<void> {
    const refuse = (status: number, message: string) => {
      Logger.warn(`notification refused: ${message}`, logContext);
      response.status(status).json({ error: message });
    };
    const method = await this.#service.method(methodId);
    if (method === null) return refuse(404, `there is no payment method ${methodId} of this plugin`);
    try {
      const settings = readSettings(valuesOf(method));
      const event = verifyNotification({
        path: new URL(this.#service.notifyUrl(method)).pathname,
        headers: request.headers,
        body: request.rawBody ?? Buffer.alloc(0),
        gatewayPublicKey: settings.gatewayPublicKey,
        clientId: settings.clientId,
      });
      const requestId =
        event.notifyType === 'REFUND_RESULT'
          ? event.refundRequestId.replace(/-(r\d+|back)$/, '')
          : event.paymentRequestId;
      const located = await this.#service.find(methodId, requestId);
      // Not known yet, perhaps: the gateway will ask again.
      if (located === null) return refuse(404, `there is no payment ${requestId}`);
      if (event.notifyType === 'REFUND_RESULT') await this.#refunds.receive(located, event);
      else await this.#payment(located, outcomeOf(event)!);
      const { contentType, body } = acknowledge();
      response.status(200).type(contentType).send(body);
    } catch (error) {
      if (error instanceof GatewayError)
        return refuse(error.code === 'notification-not-understood' ? 400 : 401, error.message);
      Logger.error(`notification: ${(error as Error).message}`, logContext, (error as Error).stack);
      response.status(500).json({ error: 'not recorded; send it again' });
    }
  }

  async #payment(located: Located, outcome: NonNullable<ReturnType<typeof outcomeOf>>): Promise<void> {
    // Money for a payment that we gave up is true only if the gateway still says so: it may be an old notification of a
    // payment that has been reversed since.
    const isOpen = (await this.#service.stateOf(located)) === 'AwaitingShopper';
    const step =
      outcome.kind === 'paid' && !isOpen
        ? await this.#service.look(located)
        : await this.#service.record(located, outcome);
    if (step === 'amount-differs')
      throw new GatewayError('notification-not-understood', 'the amount is not what was asked for');
  }

  /** Never fails the shopper: whatever cannot be found out now, the notification or the reconciliation will. */
  async back(response: Response, methodId: string, requestId: string): Promise<void> {
    const located = await this.#service.find(methodId, requestId.slice(0, 64));
    if (located === null) {
      response.status(404).type('text/plain').send('There is no such payment.');
      return;
    }
    await this.#service.look(located).catch((error) => this.#service.complain(located, error));
    const url = new URL(
      located.settings.storefrontUrl.replaceAll('{code}', encodeURIComponent(located.orderCode)),
    );
    url.searchParams.set('payment', await this.#service.stateOf(located));
    response.setHeader('cache-control', 'no-store');
    response.redirect(303, url.toString());
  }
}
inject(TongbaoRoutes, TongbaoService, TongbaoRefunds);
decorateMethod(TongbaoRoutes, 'notify', [Post('notify/:methodId')], [Req(), Res(), Param('methodId')]);
decorateMethod(
  TongbaoRoutes,
  'back',
  [Get('return/:methodId/:requestId')],
  [Res(), Param('methodId'), Param('requestId')],
);
Controller('tongbao')(TongbaoRoutes);
