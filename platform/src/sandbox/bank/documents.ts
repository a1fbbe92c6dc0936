// What the simulated settlement bank writes: pain.002 status reports, camt.054 notifications, camt.053 statements. Its
// own code, as a bank's would be: it shares nothing with what reads them but the message definitions.
import { formatMajor, money } from '@tongbao/money';
import { escapeXml, isoTime, type Pain001Version } from '../../settlement/index.ts';

const document = (namespace: string, body: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:${namespace}">${body}</Document>\n`;

export interface OrderOutcome {
  readonly messageId: string;
  readonly endToEndId: string;
  readonly executed: boolean;
  /** The message that asked for it. */
  readonly initiation: Pain001Version;
  readonly reason: string | null;
  readonly at: Date;
}

/** pain.002 for one order, in the version that belongs to the message that asked. */
export function statusReport(id: string, of: OrderOutcome): string {
  const reason = of.reason === null ? '' : `<StsRsnInf><Rsn><Cd>${of.reason}</Cd></Rsn></StsRsnInf>`;
  return document(
    of.initiation === 'pain.001.001.03' ? 'pain.002.001.03' : 'pain.002.001.10',
    `<CstmrPmtStsRpt><GrpHdr><MsgId>${id}</MsgId><CreDtTm>${isoTime(of.at)}</CreDtTm>` +
      `<InitgPty><Nm>Sandbox Settlement Bank</Nm></InitgPty></GrpHdr>` +
      `<OrgnlGrpInfAndSts><OrgnlMsgId>${escapeXml(of.messageId)}</OrgnlMsgId>` +
      `<OrgnlMsgNmId>${of.initiation}</OrgnlMsgNmId></OrgnlGrpInfAndSts>` +
      `<OrgnlPmtInfAndSts><OrgnlPmtInfId>${escapeXml(of.messageId)}</OrgnlPmtInfId><TxInfAndSts>` +
      `<OrgnlEndToEndId>${escapeXml(of.endToEndId)}</OrgnlEndToEndId>` +
      `<TxSts>${of.executed ? 'ACSC' : 'RJCT'}</TxSts>${reason}` +
      `<AccptncDtTm>${of.at.toISOString()}</AccptncDtTm></TxInfAndSts></OrgnlPmtInfAndSts></CstmrPmtStsRpt>`,
  );
}

export interface BookedEntry {
  readonly line: number;
  readonly reference: string;
  /** Positive: the bank owes us more. */
  readonly amount: bigint;
  readonly bookedAt: Date;
}

export interface BankAccount {
  readonly bic: string;
  readonly number: string;
  readonly currency: string;
}

const side = (amount: bigint): string => (amount < 0n ? 'DBIT' : 'CRDT');
const positive = (amount: bigint): bigint => (amount < 0n ? -amount : amount);

function entryXml(currency: string, entry: BookedEntry): string {
  const amount = `<Amt Ccy="${currency}">${formatMajor(money(currency, positive(entry.amount)))}</Amt>`;
  const code = entry.amount < 0n ? 'ICDT' : 'RCDT';
  return (
    `<Ntry><NtryRef>${entry.line}</NtryRef>${amount}<CdtDbtInd>${side(entry.amount)}</CdtDbtInd><Sts>BOOK</Sts>` +
    `<BookgDt><DtTm>${isoTime(entry.bookedAt)}</DtTm></BookgDt><ValDt><DtTm>${isoTime(entry.bookedAt)}</DtTm></ValDt>` +
    `<AcctSvcrRef>SB${currency}${entry.line}</AcctSvcrRef>` +
    `<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>${code}</Cd><SubFmlyCd>OTHR</SubFmlyCd></Fmly></Domn></BkTxCd>` +
    `<NtryDtls><TxDtls><Refs><EndToEndId>${escapeXml(entry.reference)}</EndToEndId></Refs>` +
    `<AmtDtls><TxAmt>${amount}</TxAmt></AmtDtls></TxDtls></NtryDtls></Ntry>`
  );
}

const accountXml = (account: BankAccount): string =>
  `<Acct><Id><Othr><Id>${account.number}</Id></Othr></Id><Ccy>${account.currency}</Ccy>` +
  `<Svcr><FinInstnId><BIC>${account.bic}</BIC></FinInstnId></Svcr></Acct>`;

/** camt.054.001.02: one booked entry, told at once. */
export const debitNotification = (
  id: string,
  of: { account: BankAccount; entry: BookedEntry; at: Date },
): string =>
  document(
    'camt.054.001.02',
    `<BkToCstmrDbtCdtNtfctn><GrpHdr><MsgId>${id}</MsgId><CreDtTm>${isoTime(of.at)}</CreDtTm></GrpHdr>` +
      `<Ntfctn><Id>${id}</Id><CreDtTm>${isoTime(of.at)}</CreDtTm>${accountXml(of.account)}` +
      `${entryXml(of.account.currency, of.entry)}</Ntfctn></BkToCstmrDbtCdtNtfctn>`,
  );

export interface DayStatement {
  readonly account: BankAccount;
  /** How the bank names statements of this account; STMT-CURRENCY-DAY without it. */
  readonly name?: string;
  /** YYYY-MM-DD. */
  readonly day: string;
  readonly from: Date;
  readonly to: Date;
  readonly opening: bigint;
  readonly entries: readonly BookedEntry[];
}

/** camt.053.001.02: a day's entries between its opening and closing balance. */
export function dayStatement(of: DayStatement): string {
  const { currency } = of.account;
  const closing = of.entries.reduce((all, entry) => all + entry.amount, of.opening);
  const id = `${of.name ?? 'STMT'}-${currency}-${of.day}`;
  const balance = (code: string, amount: bigint) =>
    `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp>` +
    `<Amt Ccy="${currency}">${formatMajor(money(currency, positive(amount)))}</Amt>` +
    `<CdtDbtInd>${side(amount)}</CdtDbtInd><Dt><Dt>${of.day}</Dt></Dt></Bal>`;
  return document(
    'camt.053.001.02',
    `<BkToCstmrStmt><GrpHdr><MsgId>${id}</MsgId><CreDtTm>${isoTime(of.to)}</CreDtTm></GrpHdr>` +
      `<Stmt><Id>${id}</Id><CreDtTm>${isoTime(of.to)}</CreDtTm>` +
      `<FrToDt><FrDtTm>${isoTime(of.from)}</FrDtTm><ToDtTm>${isoTime(of.to)}</ToDtTm></FrToDt>` +
      `${accountXml(of.account)}${balance('OPBD', of.opening)}${balance('CLBD', closing)}` +
      `${of.entries.map((entry) => entryXml(currency, entry)).join('')}</Stmt></BkToCstmrStmt>`,
  );
}
