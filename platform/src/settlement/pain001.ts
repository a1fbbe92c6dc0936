// pain.001.001.03 and .09, customer credit transfer initiation: one message, one account of ours, many payouts. Written
// from the public message definitions; read back in tests with independent readers.
import { formatMajor, money } from '@tongbao/money';
import { isValidIBAN } from 'ibantools';
import type { Pain001Version } from './bank.ts';
import type { BankAddress } from './batch.ts';

export interface CreditTransfer {
  readonly endToEndId: string;
  readonly amount: bigint;
  readonly creditorName: string;
  readonly creditorAccount: string;
  readonly creditorBic: string;
  readonly creditorAddress: BankAddress | null;
  readonly remittance: string;
}

export interface PaymentInitiation {
  readonly version: Pain001Version;
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

/** ISO 20022 external code: trade settlement, which is what a merchant is paid for. */
const purpose = 'CORT';

const element = (name: string, text: string | undefined): string =>
  text === undefined || text === '' ? '' : `<${name}>${escapeXml(text)}</${name}>`;

const account = (number: string): string =>
  isValidIBAN(number)
    ? `<Id><IBAN>${number}</IBAN></Id>`
    : `<Id><Othr><Id>${escapeXml(number)}</Id></Othr></Id>`;

/** The BIC's element has another name since 001.08. */
const agent = (bic: string, version: Pain001Version): string => {
  const name = version === 'pain.001.001.03' ? 'BIC' : 'BICFI';
  return bic === ''
    ? '<FinInstnId><Othr><Id>NOTPROVIDED</Id></Othr></FinInstnId>'
    : `<FinInstnId><${name}>${escapeXml(bic)}</${name}></FinInstnId>`;
};

const address = (of: BankAddress | null): string =>
  of === null
    ? ''
    : `<PstlAdr>${element('StrtNm', of.street)}${element('BldgNb', of.building)}${element('PstCd', of.postCode)}` +
      `${element('TwnNm', of.town)}${element('Ctry', of.country)}</PstlAdr>`;

/** The message as XML; amounts in major units. */
export function writePain001(of: PaymentInitiation): string {
  const { version, currency, executionDay } = of;
  const major = (amount: bigint) => formatMajor(money(currency, amount));
  const sum = major(of.transfers.reduce((all, transfer) => all + transfer.amount, 0n));
  const count = of.transfers.length;
  const totals = `<NbOfTxs>${count}</NbOfTxs><CtrlSum>${sum}</CtrlSum>`;
  const day = version === 'pain.001.001.03' ? executionDay : `<Dt>${executionDay}</Dt>`;
  const transfers = of.transfers.map(
    (t) =>
      `<CdtTrfTxInf><PmtId><EndToEndId>${escapeXml(t.endToEndId)}</EndToEndId></PmtId>` +
      `<Amt><InstdAmt Ccy="${currency}">${major(t.amount)}</InstdAmt></Amt>` +
      `<CdtrAgt>${agent(t.creditorBic, version)}</CdtrAgt>` +
      `<Cdtr><Nm>${escapeXml(t.creditorName)}</Nm>${address(t.creditorAddress)}</Cdtr>` +
      `<CdtrAcct>${account(t.creditorAccount)}</CdtrAcct><Purp><Cd>${purpose}</Cd></Purp>` +
      `<RmtInf><Ustrd>${escapeXml(t.remittance)}</Ustrd></RmtInf></CdtTrfTxInf>`,
  );
  return (
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
    `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:${version}"><CstmrCdtTrfInitn>` +
    `<GrpHdr><MsgId>${escapeXml(of.messageId)}</MsgId><CreDtTm>${isoTime(of.createdAt)}</CreDtTm>` +
    `${totals}<InitgPty><Nm>${escapeXml(of.debtorName)}</Nm></InitgPty></GrpHdr>` +
    // The id of the only group is the message's: banks that name a group on a statement then name what the books know.
    `<PmtInf><PmtInfId>${escapeXml(of.messageId)}</PmtInfId><PmtMtd>TRF</PmtMtd><BtchBookg>false</BtchBookg>` +
    `${totals}<ReqdExctnDt>${day}</ReqdExctnDt>` +
    `<Dbtr><Nm>${escapeXml(of.debtorName)}</Nm></Dbtr>` +
    `<DbtrAcct>${account(of.debtorAccount)}<Ccy>${currency}</Ccy></DbtrAcct>` +
    `<DbtrAgt>${agent(of.debtorBic, version)}</DbtrAgt>${transfers.join('')}</PmtInf></CstmrCdtTrfInitn></Document>\n`
  );
}
