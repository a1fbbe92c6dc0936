// The simulated bank that pays merchants: takes pain.001, executes or rejects each order at its time, books it on
// Tongbao's account, and answers with pain.002 and camt.054; camt.053 for any day on request. The platform knows
// nothing of it but these documents.
import { type Money, money, parseMajor } from '@tongbao/money';
import { XMLParser } from 'fast-xml-parser';
import type { Database, Transaction } from '../../database/index.ts';
import type { BankOfCurrency, SettlementBank } from '../../settlement/index.ts';
import type { Clock } from '../../system/index.ts';
import {
  type BankAccount,
  type BookedEntry,
  dayStatement,
  debitNotification,
  statusReport,
} from './documents.ts';
import {
  decideOrderRow,
  insertDocumentRow,
  insertOrderRow,
  lockDueOrders,
  type PaymentOrder,
  readNextOrder,
  selectBalanceBefore,
  selectDayLines,
  selectDocuments,
  selectFirstDocumentAt,
  selectPayee,
  upsertPayee,
} from './order-store.ts';
import { bookLine, insertBankRow } from './store.ts';

export interface SandboxSettlementBank extends SettlementBank {
  /** How the bank treats an account from now on; orders it holds already are decided by it too. */
  setPayee(payee: {
    account: string;
    behaviour: 'execute' | 'reject';
    reason: string;
    delayMs: bigint;
  }): Promise<void>;
  /** Money of the house arrives on our account. */
  receive(of: { reference: string; amount: Money }): Promise<void>;
  /** The camt.053 of one of our accounts and a day (YYYY-MM-DD, UTC). */
  statementOf(currency: string, day: string): Promise<string>;
}

const code = 'SETTLE';
const bic = 'TBSBHKHH';
const usualDelayMs = 2 * 3_600_000;
const ordersAtOnce = 500;
const dayMs = 86_400_000;

// In two currencies the bank has moved to the newer messages, so that a sandbox shows both.
const newer = new Set(['EUR', 'GBP']);
const accountFor = (currency: string): BankAccount & BankOfCurrency => ({
  ...{ bic, number: `9000${currency}0001`, currency },
  initiation: newer.has(currency) ? 'pain.001.001.09' : 'pain.001.001.03',
});

export function createSandboxSettlementBank(parts: {
  database: Database;
  clock: Clock;
  /** The code of the bank that keeps client money. */
  safeguardingBank: string;
}): SandboxSettlementBank {
  const { database, clock, safeguardingBank } = parts;
  return {
    accountFor,
    async submit({ messageId, xml }) {
      await openBank(database);
      const orders = ordersOf(messageId, xml);
      await database.transaction(async (tx) => {
        for (const order of orders) {
          const payee = await selectPayee(tx, order.account_number);
          const delay = payee === undefined ? usualDelayMs : Number.parseInt(payee.delay_ms.toString(), 10);
          await insertOrderRow(tx, { ...order, execute_at: new Date(clock.now().getTime() + delay) });
        }
      });
    },
    documents: (after, limit) => selectDocuments(database, after, limit),
    nextDocumentAt: (after) => selectFirstDocumentAt(database, after),
    async exchange({ reference, buy, pay }) {
      await openBank(database);
      const bookedAt = clock.now();
      const paid = money(pay.currency, -pay.amount);
      await database.transaction(async (tx) => {
        await bookLine(tx, { bank: code, name: 'settlement', reference, amount: buy, bookedAt });
        if (paid.amount !== 0n)
          await bookLine(tx, {
            bank: safeguardingBank,
            name: 'safeguarding',
            reference,
            amount: paid,
            bookedAt,
          });
      });
      return 'done';
    },
    async receive({ reference, amount }) {
      await openBank(database);
      const line = { bank: code, name: 'settlement', reference, amount, bookedAt: clock.now() } as const;
      await database.transaction((tx) => bookLine(tx, line));
    },
    execution: {
      name: 'settlement bank execution',
      nextDueAt: () => readNextOrder(database),
      run: (now) => database.transaction((tx) => executeDue(tx, now)),
    },
    setPayee: async (payee) =>
      void (await upsertPayee(database, {
        account_number: payee.account,
        behaviour: payee.behaviour,
        reason: payee.reason,
        delay_ms: payee.delayMs,
      })),
    async statementOf(currency, day) {
      const from = new Date(`${day}T00:00:00Z`);
      const to = new Date(from.getTime() + dayMs);
      const lines = await selectDayLines(database, { currency, from, to });
      return dayStatement({
        account: accountFor(currency),
        day,
        from,
        to,
        opening: await selectBalanceBefore(database, { currency, at: from }),
        entries: lines.map((line) => ({
          line: line.line,
          reference: line.reference,
          amount: line.amount,
          bookedAt: line.booked_at,
        })),
      });
    },
  };
}

const openBank = (database: Database): Promise<unknown> =>
  insertBankRow(database, { code, name: { zh: '沙箱结算银行', en: 'Sandbox Settlement Bank' } });

async function executeDue(tx: Transaction, now: Date): Promise<number> {
  const due = await lockDueOrders(tx, now, ordersAtOnce);
  for (const order of due) {
    const payee = await selectPayee(tx, order.account_number);
    const reason = payee?.behaviour === 'reject' ? payee.reason : null;
    const id = order.end_to_end_id;
    const executed = reason === null;
    await decideOrderRow(tx, { id, status: executed ? 'executed' : 'rejected', at: now, reason });
    if (executed) await bookAndNotify(tx, order, now);
    const xml = statusReport(`S${id}`, {
      messageId: order.message_id,
      endToEndId: id,
      initiation: accountFor(order.currency).initiation,
      executed,
      reason,
      at: now,
    });
    await insertDocumentRow(tx, { kind: 'pain.002', createdAt: now, xml });
  }
  return due.length;
}

async function bookAndNotify(tx: Transaction, order: PaymentOrder, now: Date): Promise<void> {
  const { end_to_end_id: reference, currency } = order;
  const amount = -order.amount;
  const line = await bookLine(tx, {
    bank: code,
    name: 'settlement',
    reference,
    amount: money(currency, amount),
    bookedAt: now,
  });
  const entry: BookedEntry = { line, reference, amount, bookedAt: now };
  const xml = debitNotification(`N${reference}`, { account: accountFor(currency), entry, at: now });
  await insertDocumentRow(tx, { kind: 'camt.054', createdAt: now, xml });
}

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  isArray: (name) => name === 'CdtTrfTxInf',
});

interface Transfer {
  PmtId: { EndToEndId: string };
  Amt: { InstdAmt: { '#text': string; '@Ccy': string } };
  Cdtr: { Nm: string };
  CdtrAcct: { Id: { IBAN?: string; Othr?: { Id: string } } };
  RmtInf?: { Ustrd?: string };
}

/** Reads a pain.001 as the bank would. Throws when its control sum does not agree. */
function ordersOf(messageId: string, xml: string): Omit<PaymentOrder, 'execute_at'>[] {
  const { CstmrCdtTrfInitn: message } = (
    parser.parse(xml) as {
      Document: {
        CstmrCdtTrfInitn: {
          GrpHdr: { MsgId: string; NbOfTxs: string; CtrlSum: string };
          PmtInf: { CdtTrfTxInf: Transfer[] };
        };
      };
    }
  ).Document;
  const orders = message.PmtInf.CdtTrfTxInf.map((transfer) => {
    const { '#text': value, '@Ccy': currency } = transfer.Amt.InstdAmt;
    return {
      end_to_end_id: transfer.PmtId.EndToEndId,
      message_id: messageId,
      currency,
      amount: parseMajor(value, currency).amount,
      creditor_name: transfer.Cdtr.Nm,
      account_number: transfer.CdtrAcct.Id.IBAN ?? transfer.CdtrAcct.Id.Othr!.Id,
      remittance: transfer.RmtInf?.Ustrd ?? '',
    };
  });
  const sum = orders.reduce((all, order) => all + order.amount, 0n);
  const stated = parseMajor(message.GrpHdr.CtrlSum, orders[0]!.currency).amount;
  if (message.GrpHdr.MsgId !== messageId || message.GrpHdr.NbOfTxs !== `${orders.length}` || sum !== stated)
    throw new Error(`message ${messageId}: number of transfers or control sum do not agree`);
  return orders;
}
