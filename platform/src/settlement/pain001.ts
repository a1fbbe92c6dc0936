// pain.001.001.03, customer credit transfer initiation: one message, one account of ours, many payouts. Written from
// the public message definition; read back in tests with an independent reader.
import { formatMajor, money } from '@tongbao/money';

export interface CreditTransfer {
  readonly endToEndId: string;
  readonly amount: bigint;
  readonly creditorName: string;
  readonly creditorAccount: string;
  readonly creditorBic: string;
  readonly remittance: string;
}

export interface PaymentInitiation {
  readonly messageId: string;
  readonly createdAt: Date;
  readonly executionDay: string;
  readonly currency: string;
  readonly debtorName: string;
  readonly debtorAccount: string;
  readonly debtorBic: string;
  readonly transfers: readonly CreditTransfer[];
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
export const escapeXml = (text: string): string => text.replace(/[&<>"]/g, (sign) => entities[sign]!);

/** ISO date and time without fractions, UTC. */
export const isoTime = (instant: Date): string => `${instant.toISOString().slice(0, 19)}Z`;

const account = (number: string): string => `<Id><Othr><Id>${escapeXml(number)}</Id></Othr></Id>`;
const agent = (bic: string): string =>
  bic === ''
    ? '<FinInstnId><Othr><Id>NOTPROVIDED</Id></Othr></FinInstnId>'
    : `<FinInstnId><BIC>${escapeXml(bic)}</BIC></FinInstnId>`;

/** The message as XML; amounts in major units. */
export function writePain001(of: PaymentInitiation): string {
  const major = (amount: bigint) => formatMajor(money(of.currency, amount));
  const sum = major(of.transfers.reduce((all, transfer) => all + transfer.amount, 0n));
  const count = of.transfers.length;
  const transfers = of.transfers.map(
    (t) =>
      `<CdtTrfTxInf><PmtId><EndToEndId>${escapeXml(t.endToEndId)}</EndToEndId></PmtId>` +
      `<Amt><InstdAmt Ccy="${of.currency}">${major(t.amount)}</InstdAmt></Amt>` +
      `<CdtrAgt>${agent(t.creditorBic)}</CdtrAgt><Cdtr><Nm>${escapeXml(t.creditorName)}</Nm></Cdtr>` +
      `<CdtrAcct>${account(t.creditorAccount)}</CdtrAcct>` +
      `<RmtInf><Ustrd>${escapeXml(t.remittance)}</Ustrd></RmtInf></CdtTrfTxInf>`,
  );
  return (
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.03"><CstmrCdtTrfInitn>' +
    `<GrpHdr><MsgId>${escapeXml(of.messageId)}</MsgId><CreDtTm>${isoTime(of.createdAt)}</CreDtTm>` +
    `<NbOfTxs>${count}</NbOfTxs><CtrlSum>${sum}</CtrlSum>` +
    `<InitgPty><Nm>${escapeXml(of.debtorName)}</Nm></InitgPty></GrpHdr>` +
    `<PmtInf><PmtInfId>${escapeXml(of.messageId)}-1</PmtInfId><PmtMtd>TRF</PmtMtd><BtchBookg>false</BtchBookg>` +
    `<NbOfTxs>${count}</NbOfTxs><CtrlSum>${sum}</CtrlSum><ReqdExctnDt>${of.executionDay}</ReqdExctnDt>` +
    `<Dbtr><Nm>${escapeXml(of.debtorName)}</Nm></Dbtr>` +
    `<DbtrAcct>${account(of.debtorAccount)}<Ccy>${of.currency}</Ccy></DbtrAcct>` +
    `<DbtrAgt>${agent(of.debtorBic)}</DbtrAgt>${transfers.join('')}</PmtInf></CstmrCdtTrfInitn></Document>\n`
  );
}
