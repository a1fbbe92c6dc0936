// The file services: rates of the day, transactions, settlements (reference, section 3). No line end after the last
// line of rates: a published client trips over it.
import { toDecimal } from '@tongbao/money';
import { plainDay, readDay } from '@tongbao/protocol/gateway';
import { classicItems } from '../../settlement/index.ts';
import { classicLineOf } from '../classic-file.ts';
import { type GatewayAnswer, type GatewayCall, type GatewayParts, GatewayRefusal } from './parts.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Dollars are published first, the others an hour later (sample of 2016). */
const publishedAt = (currency: string): { time: string; afterMs: number } =>
  currency === 'USD'
    ? { time: '090530', afterMs: 9 * hourMs + 330_000 }
    : { time: '100030', afterMs: 10 * hourMs + 30_000 };

export async function forexRateFile(parts: GatewayParts, call: GatewayCall): Promise<GatewayAnswer> {
  const { now } = call;
  const day = isoDay(now);
  const count = await parts.merchants.countDownload({
    merchantId: call.access.merchant.id,
    file: 'rates',
    day,
  });
  if (count > parts.choices.rateFilesPerDay)
    throw new GatewayRefusal(
      'ACCESS_FORBIDDEN',
      `the rates were fetched ${parts.choices.rateFilesPerDay} times today`,
    );
  const today = await parts.fx.rateTableAt(now);
  const yesterday = await parts.fx.rateTableAt(new Date(now.getTime() - dayMs));
  const lines: string[] = [];
  // A source's pivot has no rate of its own in the table, but it has one in yuan.
  for (const currency of new Set([...today.currencies, 'EUR', 'USD'])) {
    if (currency === 'CNY') continue;
    const { time, afterMs } = publishedAt(currency);
    const isPublished = now.getTime() - startOfDay(now).getTime() >= afterMs;
    const at = isPublished ? now : new Date(now.getTime() - dayMs);
    const found = (isPublished ? today : yesterday).mid(currency, 'CNY');
    if (found === null) continue;
    const rate = toDecimal(found.rate, 6, 'half-up');
    lines.push(`${plainDay(at)}|${time}|${currency}|${rate}${parts.choices.barAtLineEnd ? '|' : ''}`);
  }
  return { kind: 'text', text: lines.join('\n') };
}

const isoDay = (instant: Date): string => plainDay(instant).replace(/(\d{4})(\d\d)(\d\d)/, '$1-$2-$3');
const startOfDay = (instant: Date): Date => readDay(plainDay(instant))!;

const failed = (why: string): GatewayAnswer => ({ kind: 'text', text: `File download failed:${why}` });
const nothing = 'No balance account data in the period';
const maxLines = 50_000;

/** The period as two instants, or the refusal in the file's own words (section 3.3). */
function periodOf(
  now: Date,
  body: { start_date: string; end_date: string },
): { from: Date; to: Date } | string {
  if (!/^\d{8}$/.test(body.start_date) || !/^\d{8}$/.test(body.end_date))
    return 'Date format incorrect YYYYMMDD';
  const from = readDay(body.start_date);
  const last = readDay(body.end_date);
  if (from === null || last === null) return 'Illegal Date period!';
  if (from > last) return 'Finish date ahead of begin date';
  if (last >= startOfDay(now)) return 'Finish date not ahead of today';
  const to = new Date(last.getTime() + dayMs);
  return to.getTime() - from.getTime() > 10 * dayMs ? 'Over 10 days to Date period' : { from, to };
}

type Period = { start_date: string; end_date: string };

/** What happened in the period, settled or not (section 3.2). */
export const forexCompareFile = (
  parts: GatewayParts,
  call: GatewayCall,
  body: Period,
): Promise<GatewayAnswer> => statement(parts, call, { ...body, kind: 'compare' });

/** What the bank has paid to the merchant in the period. */
export const forexLiquidationFile = (
  parts: GatewayParts,
  call: GatewayCall,
  body: Period,
): Promise<GatewayAnswer> => statement(parts, call, { ...body, kind: 'liquidation' });

/** All of it at once: a file has a bounded number of lines. No line end after the last, as in the rates. */
async function statement(
  parts: GatewayParts,
  { now, access }: GatewayCall,
  asked: Period & { kind: 'compare' | 'liquidation' },
): Promise<GatewayAnswer> {
  const period = periodOf(now, asked);
  if (typeof period === 'string') return failed(period);
  const of = { ...period, kind: asked.kind, merchantId: access.merchant.id };
  const lines = await parts.snapshot(async (tx) => {
    const found: string[] = [];
    for await (const page of classicItems(tx, of)) {
      found.push(...page.map(classicLineOf));
      if (found.length > maxLines) break;
    }
    return found;
  });
  if (lines.length > maxLines) return failed('Over limit balance amount record');
  return lines.length === 0 ? failed(nothing) : { kind: 'text', text: lines.join('').trimEnd() };
}
