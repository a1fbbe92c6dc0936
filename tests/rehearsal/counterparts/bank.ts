// The settlement bank of a rehearsal, a process of its own behind its SFTP server: takes payment orders out of a folder (pain.001),
// pays them out of our account, answers each (pain.002), and writes the day's statement (camt.053) when it is asked to. It shares
// no code with what it speaks to.
//
//   node tests/rehearsal/counterparts/bank.ts --folder DIR --account CURRENCY/BIC/NUMBER --opening AMOUNT
//
// It takes lines, and answers each with one: `charge REFERENCE AMOUNT` books a charge of its own; `statement` leaves the day's
// statement; `orders` tells what was paid, as JSON; `balance`.
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

interface Order {
  readonly message: string;
  readonly endToEnd: string;
  readonly amount: bigint;
  readonly creditor: string;
  readonly account: string;
}
interface Booked {
  readonly reference: string;
  /** Minor units; negative: out of our account. */
  readonly amount: bigint;
  readonly at: Date;
}

const options = {
  folder: { type: 'string' },
  account: { type: 'string' },
  opening: { type: 'string' },
} as const;
const { values } = parseArgs({ options });
const folder = values.folder!;
const [currency, bic, number] = values.account!.split('/') as [string, string, string];
const decimals = ['KRW', 'JPY'].includes(currency) ? 0 : 2;
const opening = BigInt(values.opening!);
const booked: Booked[] = [];
const orders: Order[] = [];
let documents = 0;

const minor = (major: string): bigint => {
  const [whole, part = ''] = major.split('.') as [string, string?];
  return BigInt(whole + part.padEnd(decimals, '0').slice(0, decimals));
};
const major = (amount: bigint): string => {
  const digits = (amount < 0n ? -amount : amount).toString().padStart(decimals + 1, '0');
  return decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
};
const one = (xml: string, pattern: RegExp): string => {
  const found = pattern.exec(xml)?.[1];
  if (found === undefined) throw new Error(`the order has no ${pattern.source}`);
  return found;
};

/** Our side sees a document when it has its name: never half of one. */
function leave(name: string, xml: string): void {
  const hidden = path.join(folder, 'in', `.${name}.part`);
  writeFileSync(hidden, `<?xml version="1.0" encoding="UTF-8"?>\n${xml}\n`);
  renameSync(hidden, path.join(folder, 'in', name));
}

function take(file: string): void {
  const xml = readFileSync(file, 'utf8');
  const message = one(xml, /<GrpHdr><MsgId>([^<]+)</);
  const version = one(xml, /xsd:(pain\.001\.001\.\d\d)"/);
  if (one(xml, /<DbtrAcct><Id>(?:<IBAN>|<Othr><Id>)([^<]+)</) !== number)
    throw new Error('not an account of this bank');
  const outcomes = [...xml.matchAll(/<CdtTrfTxInf>(.*?)<\/CdtTrfTxInf>/gs)].map(([, body]) => {
    const order: Order = {
      message,
      endToEnd: one(body!, /<EndToEndId>([^<]+)</),
      amount: minor(one(body!, new RegExp(`<InstdAmt Ccy="${currency}">([\\d.]+)<`))),
      creditor: one(body!, /<Cdtr><Nm>([^<]+)</),
      account: one(body!, /<CdtrAcct><Id>(?:<IBAN>|<Othr><Id>)([^<]+)</),
    };
    const isNew = !orders.some(({ endToEnd }) => endToEnd === order.endToEnd);
    if (isNew) {
      orders.push(order);
      booked.push({ reference: order.endToEnd, amount: -order.amount, at: new Date() });
    }
    return (
      `<TxInfAndSts><OrgnlEndToEndId>${order.endToEnd}</OrgnlEndToEndId><TxSts>ACSC</TxSts>` +
      `<AccptncDtTm>${new Date().toISOString()}</AccptncDtTm></TxInfAndSts>`
    );
  });
  rmSync(file);
  const report = version.endsWith('.03') ? 'pain.002.001.03' : 'pain.002.001.10';
  leave(
    `REPORT-${++documents}.xml`,
    `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:${report}"><CstmrPmtStsRpt><GrpHdr><MsgId>REPORT-${documents}</MsgId>` +
      `<CreDtTm>${new Date().toISOString()}</CreDtTm></GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>${message}</OrgnlMsgId>` +
      `<OrgnlMsgNmId>${version}</OrgnlMsgNmId></OrgnlGrpInfAndSts><OrgnlPmtInfAndSts><OrgnlPmtInfId>${message}</OrgnlPmtInfId>` +
      `${outcomes.join('')}</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>`,
  );
}

function statement(): string {
  const day = new Date().toISOString().slice(0, 10);
  const id = `${number}-${day}-${++documents}`;
  const side = (amount: bigint) => (amount < 0n ? 'DBIT' : 'CRDT');
  const amount = (of: bigint) =>
    `<Amt Ccy="${currency}">${major(of)}</Amt><CdtDbtInd>${side(of)}</CdtDbtInd>`;
  const balance = (code: string, of: bigint) =>
    `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp>${amount(of)}<Dt><Dt>${day}</Dt></Dt></Bal>`;
  const entries = booked.map(
    ({ reference, amount: of, at }, index) =>
      `<Ntry><NtryRef>${index + 1}</NtryRef>${amount(of)}<Sts>BOOK</Sts><BookgDt><DtTm>${at.toISOString()}</DtTm></BookgDt>` +
      `<ValDt><DtTm>${at.toISOString()}</DtTm></ValDt><AcctSvcrRef>${id}-${index + 1}</AcctSvcrRef>` +
      `<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>${of < 0n ? 'ICDT' : 'RCDT'}</Cd><SubFmlyCd>OTHR</SubFmlyCd></Fmly></Domn></BkTxCd>` +
      `<NtryDtls><TxDtls><Refs><EndToEndId>${reference}</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>`,
  );
  leave(
    `${id}.xml`,
    `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><GrpHdr><MsgId>${id}</MsgId>` +
      `<CreDtTm>${new Date().toISOString()}</CreDtTm></GrpHdr><Stmt><Id>${id}</Id><CreDtTm>${new Date().toISOString()}</CreDtTm>` +
      `<FrToDt><FrDtTm>${day}T00:00:00Z</FrDtTm><ToDtTm>${new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString()}</ToDtTm></FrToDt>` +
      `<Acct><Id><Othr><Id>${number}</Id></Othr></Id><Ccy>${currency}</Ccy><Svcr><FinInstnId><BIC>${bic}</BIC></FinInstnId></Svcr></Acct>` +
      `${balance('OPBD', opening)}${balance('CLBD', standing())}${entries.join('')}</Stmt></BkToCstmrStmt></Document>`,
  );
  return id;
}

const standing = (): bigint => booked.reduce((sum, { amount }) => sum + amount, opening);

function obey(line: string): string {
  const [command, reference, sum] = line.trim().split(' ');
  if (command === 'charge' && reference !== undefined && sum !== undefined) {
    booked.push({ reference, amount: -minor(sum), at: new Date() });
    return `charged ${reference}`;
  }
  if (command === 'statement') return `statement ${statement()}`;
  if (command === 'balance') return `balance ${standing()}`;
  if (command === 'orders')
    return `orders ${JSON.stringify(orders.map((order) => ({ ...order, amount: order.amount.toString() })))}`;
  return `unknown ${line}`;
}

setInterval(() => {
  for (const name of readdirSync(path.join(folder, 'out')))
    if (/^TB\d+\.xml$/.test(name)) {
      try {
        take(path.join(folder, 'out', name));
      } catch (error) {
        console.error(`${name}: ${(error as Error).message}`);
      }
    }
}, 200);
createInterface({ input: process.stdin }).on('line', (line) => console.log(obey(line)));
console.log('open');
