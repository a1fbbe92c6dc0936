// What a merchant's user sees: balances, batches, lines, files, and one payment's story.
import { consoleFilePath, consoleFileRight, consoleOperations } from '@tongbao/protocol/console';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { readBalancesOfOwner } from '../../ledger/index.ts';
import { type MerchantAccess, readDebtOf } from '../../merchants/index.ts';
import type { Payment } from '../../payments/index.ts';
import { type FileLine, newestBatches, readLinePage } from '../../settlement/index.ts';
import type { Member, Staff } from '../../staff/index.ts';
import { paymentIdFromWire, paymentIdToWire } from '../payment-ids.ts';
import {
  batchView,
  conversionOfLine,
  type FileOwner,
  type ReceiptSources,
  receiptOf,
  sendFile,
} from '../reports/index.ts';
import { type AddRoute, ConsoleRefused, memberFor } from './routes.ts';
import { type TimelineParts, timelineOf } from './timeline.ts';

export interface ShopParts extends TimelineParts, ReceiptSources {
  readonly payments: TimelineParts['payments'];
  readonly staff: Staff;
}

const linesAPage = 100;
const daysShown = 31;

/** The merchant that is looked at: a merchant's user has one, everybody else names it. */
export async function shopFor(
  parts: Pick<ShopParts, 'merchants'>,
  member: Member,
  clientId: string | undefined,
): Promise<MerchantAccess> {
  const access =
    member.merchantId !== null
      ? await parts.merchants.get(member.merchantId)
      : clientId === undefined
        ? ((await parts.merchants.list())[0] ?? null)
        : await parts.merchants.findByClientId(clientId);
  // Another tenant's is told like one that is not there.
  if (access === null || (clientId !== undefined && access.merchant.clientId !== clientId))
    throw new ConsoleRefused(404, 'NOT_FOUND', 'there is no such merchant');
  return access;
}

const ownerOf = ({ merchant, contract }: MerchantAccess): FileOwner => ({
  merchantId: merchant.id,
  clientId: merchant.clientId,
  timeZone: contract.timeZone,
});
const shopView = ({ merchant, contract }: MerchantAccess) => ({
  clientId: merchant.clientId,
  name: merchant.displayName,
  currency: contract.settlementCurrency,
  timeZone: contract.timeZone,
});

/** What of a notification's URL is signed for a merchant: as its sign types, changed by its own user or a maker. */
function notificationTargetRoutes(route: AddRoute, parts: ShopParts): void {
  route(consoleOperations.notificationTarget, async ({ member, query }) => {
    const { merchant } = await shopFor(parts, member, query.clientId);
    return { clientId: merchant.clientId, target: merchant.notificationTarget };
  });
  route(consoleOperations.setNotificationTarget, async ({ member, body: { clientId, target, reason } }) => {
    const { merchant } = await shopFor(parts, member, clientId);
    const object = `merchant/${merchant.clientId}`;
    const trail = { memberId: member.id, act: 'merchant.notification-target', object };
    await parts.staff.act({ ...trail, detail: `${target}: ${reason}` }, (tx) =>
      parts.merchants.setNotificationTarget(tx, merchant.id, target),
    );
    return { ok: true } as const;
  });
}

/** How a merchant signs requests to the classic gateway: its own user or a maker changes it, and the trail says so. */
function signTypeRoutes(route: AddRoute, parts: ShopParts): void {
  route(consoleOperations.signTypes, async ({ member, query }) => {
    const { merchant } = await shopFor(parts, member, query.clientId);
    return { clientId: merchant.clientId, signTypes: [...merchant.classicSignTypes] };
  });
  route(consoleOperations.setSignTypes, async ({ member, body: { clientId, signTypes, reason } }) => {
    const { merchant } = await shopFor(parts, member, clientId);
    const object = `merchant/${merchant.clientId}`;
    const detail = `${signTypes.join(', ')}: ${reason}`;
    await parts.staff.act({ memberId: member.id, act: 'merchant.sign-types', object, detail }, (tx) =>
      parts.merchants.setClassicSignTypes(tx, merchant.id, signTypes),
    );
    return { ok: true } as const;
  });
}

export function shopRoutes(route: AddRoute, parts: ShopParts): void {
  const { settlement, merchants } = parts;
  route(consoleOperations.shops, async ({ member }) => ({
    shops:
      member.merchantId === null
        ? (await merchants.list()).map(shopView)
        : [shopView(await merchants.get(member.merchantId))],
  }));
  signTypeRoutes(route, parts);
  notificationTargetRoutes(route, parts);
  route(consoleOperations.overview, async ({ member, query }) => {
    const access = await shopFor(parts, member, query.clientId);
    const batches = await settlement.batchesOf({
      ...{ merchantId: access.merchant.id, before: newestBatches, limit: daysShown },
    });
    return {
      shop: shopView(access),
      ...(await balancesOf(parts, access)),
      days: batches.reverse().map(({ settlementDay: day, gross, net, lines }) => ({
        ...{ day, gross: gross.toString(), net: net.toString() },
        count: Number.parseInt(lines.toString(), 10),
      })),
    };
  });
  route(consoleOperations.batches, async ({ member, query }) => {
    const access = await shopFor(parts, member, query.clientId);
    const before = query.before === undefined ? newestBatches : BigInt(query.before);
    const batches = await settlement.batchesOf({
      ...{ merchantId: access.merchant.id, before, limit: query.limit },
    });
    return {
      batches: batches.map((batch) => batchView(ownerOf(access), batch)),
      before: batches.length < query.limit ? null : batches.at(-1)!.id.toString(),
    };
  });
  lineRoute(route, parts);
  route(consoleOperations.timeline, async ({ member, query, params }) =>
    timelineOf(parts, await paymentFor(parts, member, { ...query, ...params })),
  );
  route(consoleOperations.receipt, async ({ member, query, params }) => {
    const payment = await paymentFor(parts, member, { ...query, ...params });
    return receiptOf(parts, payment, { withEntries: true });
  });
}

/** By our number or the shop's own; a payment of another merchant is told like one that is not there. */
async function paymentFor(
  parts: ShopParts,
  member: Member,
  { key, clientId }: { key: string; clientId?: string | undefined },
): Promise<Payment> {
  const access = clientId === undefined ? null : await shopFor(parts, member, clientId);
  const own = member.merchantId ?? access?.merchant.id ?? null;
  const paymentId = paymentIdFromWire(key);
  const payment =
    paymentId !== null
      ? await parts.payments.findById(paymentId)
      : await parts.payments.find({
          merchantId: own ?? (await shopFor(parts, member, undefined)).merchant.id,
          requestId: key,
        });
  if (payment === null || (own !== null && payment.merchantId !== own))
    throw new ConsoleRefused(404, 'NOT_FOUND', 'there is no such payment');
  return payment;
}

function lineRoute(route: AddRoute, parts: ShopParts): void {
  route(consoleOperations.lines, async ({ member, query, params }) => {
    const access = await shopFor(parts, member, query.clientId);
    const batchId = BigInt(params.batchId);
    const [batch] = await parts.settlement.batchesOf({
      ...{ merchantId: access.merchant.id, before: batchId + 1n, limit: 1 },
    });
    if (batch?.id !== batchId) throw new ConsoleRefused(404, 'NOT_FOUND', 'there is no such batch');
    const [id, sequence] = (query.after ?? '0.-100').split('.') as [string, string];
    const after = { source_id: BigInt(id), sequence: Number.parseInt(sequence, 10) };
    const lines = await readLinePage(parts.database, { batchId, after, limit: linesAPage });
    const last = lines.length < linesAPage ? undefined : lines.at(-1)!;
    return {
      after: last === undefined ? null : `${last.source_id}.${last.sequence}`,
      lines: lines.map((line) => ({
        key: `${line.source_id}.${line.sequence}`,
        kind: line.kind,
        at: line.occurred_at.toISOString(),
        gross: line.gross.toString(),
        fees: (line.fee + line.fixed_fee + line.refund_fee + line.tax).toString(),
        net: line.net.toString(),
        ...priceOf(line, batch.currency),
        requestId: line.refund_request_id ?? line.payment_request_id,
        paymentId:
          line.payment_created_at === null
            ? null
            : paymentIdToWire({ id: line.source_id, createdAt: line.payment_created_at }),
      })),
    };
  });
}

function priceOf(line: FileLine, settlementCurrency: string) {
  const conversion = conversionOfLine(line, settlementCurrency);
  return conversion === null
    ? { price: null, quotePrice: null }
    : {
        price: { currency: conversion.currency, value: conversion.amount.toString() },
        quotePrice: conversion.quotePrice,
      };
}

const kinds = {
  pending: 'merchant-pending',
  payable: 'merchant-payable',
  inTransit: 'merchant-in-transit',
  reserve: 'merchant-reserve',
} as const;

async function balancesOf(parts: ShopParts, { merchant, contract }: MerchantAccess) {
  const owner = { ownerId: merchant.id, currency: contract.settlementCurrency };
  const found = await readBalancesOfOwner(parts.database, {
    kinds: Object.values(kinds),
    ...owner,
  });
  const of = (kind: string) => (found.find((row) => row.kind === kind)?.balance ?? 0n).toString();
  const debt = await readDebtOf(parts.database, owner);
  return {
    balances: {
      pending: of(kinds.pending),
      payable: of(kinds.payable),
      inTransit: of(kinds.inTransit),
      reserve: of(kinds.reserve),
    },
    debt: {
      owed: (debt?.owed ?? 0n).toString(),
      since: debt?.since.toISOString() ?? null,
      limit: contract.debtLimit.toString(),
    },
  };
}

const FilePath = z.object({
  clientId: z.string().max(64),
  day: z.string().regex(/^\d{8}$/),
  name: z.string().max(120),
});

/** The report files, behind the same sign-in. */
export function fileRoute(app: FastifyInstance, parts: ShopParts): void {
  app.get(consoleFilePath, async (request, reply) => {
    const member = await memberFor(parts.staff, request, consoleFileRight);
    const path = FilePath.safeParse(request.params);
    if (!path.success) throw new ConsoleRefused(404, 'NOT_FOUND', 'there is no such file');
    const owner = ownerOf(await shopFor(parts, member, path.data.clientId));
    return sendFile(parts, reply.header('cache-control', 'no-store'), { ...path.data, owner });
  });
}
