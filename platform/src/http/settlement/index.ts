// Settlement as a merchant's programs see it in the sandbox: batches, files under SFTP-like paths, terms, the bank that
// pays, and its statements. Sandbox only: production serves files behind the merchant's own sign-in.

import { type Money, money } from '@tongbao/money';
import {
  ChangeSettlementTerms,
  SettlementAnswer,
  SettlementPayee,
  SettlementQuery,
} from '@tongbao/protocol/sandbox';
import type { FastifyPluginAsync, FastifyReply } from 'fastify';
import { z } from 'zod';
import type { Database } from '../../database/index.ts';
import type { Merchants } from '../../merchants/index.ts';
import { Rejection } from '../../rejection.ts';
import { type BatchWithPayouts, newestBatches, type Settlement } from '../../settlement/index.ts';
import { machineRandomness } from '../../system/index.ts';
import { batchView, type FileOwner, sendFile } from '../reports/index.ts';

export interface SettlementAdapterParts {
  readonly database: Database;
  readonly settlement: Settlement;
  readonly merchants: Merchants;
  readonly publicUrl: string;
  /** What only the simulated bank can do. */
  readonly bank: {
    setPayee(payee: {
      account: string;
      behaviour: 'execute' | 'reject';
      reason: string;
      delayMs: bigint;
    }): Promise<void>;
    statementOf(currency: string, day: string): Promise<string>;
    receive(of: { reference: string; amount: Money }): Promise<void>;
  };
}

const Day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
const StatementQuery = z.object({ currency: z.string().regex(/^[A-Z]{3}$/), day: Day });
const FilePath = z.object({
  clientId: z.string().max(64),
  day: z.string().regex(/^\d{8}$/),
  name: z.string().max(120),
});

export const settlementAdapter =
  (parts: SettlementAdapterParts): FastifyPluginAsync =>
  async (app) => {
    app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) =>
      answerError(error, reply, request.id),
    );

    app.get('/sandbox/settlements', async (request) => {
      const query = parse(SettlementQuery, request.query);
      const owner = await ownerOf(parts, query.clientId);
      await parts.settlement.takeIn();
      const before = query.before === undefined ? newestBatches : BigInt(query.before);
      const batches = await parts.settlement.batchesOf({ ...owner, before, limit: query.limit });
      return SettlementAnswer.parse({ batches: batches.map((batch) => viewOf(parts, owner, batch)) });
    });

    app.get('/sandbox/settlements/files/v1/settlements/:clientId/:day/:name', async (request, reply) => {
      const path = parse(FilePath, request.params);
      return sendFile(parts, reply, { ...path, owner: await ownerOf(parts, path.clientId) });
    });

    app.get('/sandbox/settlements/terms', async (request) => {
      const owner = await ownerOf(parts, parse(SettlementQuery, request.query).clientId);
      return termsView(await parts.settlement.terms(owner.merchantId));
    });
    app.post('/sandbox/settlements/terms', async (request) => {
      const { clientId, minPayout, fixedFee, refundFee, debtLimit, ...rest } = parse(
        ChangeSettlementTerms,
        request.body,
      );
      const owner = await ownerOf(parts, clientId);
      if (debtLimit !== undefined) await agreeDebt(parts, clientId, BigInt(debtLimit));
      const amounts = Object.entries({ minPayout, fixedFee, refundFee }).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, BigInt(value)] as const],
      );
      return termsView(
        await parts.settlement.changeTerms(owner.merchantId, { ...rest, ...Object.fromEntries(amounts) }),
      );
    });

    app.get('/sandbox/settlements/treasury', async () => {
      const { positions, deals } = await parts.settlement.treasury(500);
      return {
        positions: positions.map(({ currency, amount }) => ({ currency, amount: amount.toString() })),
        days: deals.map((deal) => ({
          day: deal.day,
          currency: deal.currency,
          bought: deal.bought.toString(),
          homeCurrency: deal.home,
          collected: deal.collected.toString(),
          cost: deal.cost.toString(),
          gain: deal.gain.toString(),
          rate: deal.rate,
          booked: deal.entry_id !== 0n,
        })),
      };
    });

    app.post('/sandbox/settlements/payee', async (request) => {
      const { account, behaviour, reason, delaySeconds } = parse(SettlementPayee, request.body);
      await parts.bank.setPayee({ account, behaviour, reason, delayMs: BigInt(delaySeconds) * 1000n });
      return { account, behaviour, reason, delaySeconds };
    });
    app.get('/sandbox/settlements/statement.xml', async (request, reply) => {
      const { currency, day } = parse(StatementQuery, request.query);
      return reply
        .header('content-type', 'application/xml; charset=utf-8')
        .send(await parts.bank.statementOf(currency, day));
    });
  };

/** A limit, and own money of the house to cover it. */
async function agreeDebt(parts: SettlementAdapterParts, clientId: string, limit: bigint): Promise<void> {
  const access = await parts.merchants.findByClientId(clientId);
  if (access === null) throw new Rejection('merchant-unknown');
  const { merchant, contract } = access;
  await parts.merchants.agreeDebtLimit(merchant.id, { amount: limit, agreedBy: 'sandbox' });
  const more = limit - contract.debtLimit;
  if (more <= 0n) return;
  const own = money(contract.settlementCurrency, more);
  // Of its own each time: a limit can be raised to the same amount twice.
  const reference = `OWN-${merchant.id}-${machineRandomness.bytes(8).toString('hex')}`;
  const received = { reference, amount: own };
  await parts.bank.receive(received);
  await parts.settlement.bookOwnFunds(received);
}

async function ownerOf(parts: SettlementAdapterParts, clientId: string): Promise<FileOwner> {
  const access = await parts.merchants.findByClientId(clientId);
  if (access === null)
    throw new Rejection('merchant-unknown', `${clientId} is not a merchant of this sandbox`);
  return { merchantId: access.merchant.id, clientId, timeZone: access.contract.timeZone };
}

/** As the fixed interface has it: files by their URL. */
function viewOf(parts: SettlementAdapterParts, owner: FileOwner, batch: BatchWithPayouts) {
  const { files, ...view } = batchView(owner, batch);
  return {
    ...view,
    files: files.map(({ name, path }) => ({
      name,
      url: `${parts.publicUrl}/sandbox/settlements/files/v1/settlements/${path}`,
    })),
  };
}

const termsView = (terms: Awaited<ReturnType<Settlement['terms']>>) => ({
  ...terms,
  merchantId: terms.merchantId.toString(),
  minPayout: terms.minPayout.toString(),
  fixedFee: terms.fixedFee.toString(),
  refundFee: terms.refundFee.toString(),
});

class BadRequest extends Error {
  readonly statusCode = 400;
}

function parse<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new BadRequest(z.prettifyError(parsed.error));
}

function answerError(error: Error & { statusCode?: number }, reply: FastifyReply, requestId: string) {
  if (error instanceof Rejection) {
    const status = error.code === 'merchant-unknown' ? 404 : 409;
    return reply
      .status(status)
      .send({ error: { code: error.code, message: error.message, ...error.detail } });
  }
  const status = error.statusCode ?? 500;
  if (status >= 500) reply.log.error({ err: error }, 'unexpected error');
  const code = status >= 500 ? 'unavailable' : status === 404 ? 'file-not-found' : 'invalid-request';
  const message = status >= 500 ? `unexpected error; it is logged under ${requestId}` : error.message;
  return reply.status(status).send({ error: { code, message } });
}
