// pain.002.001.03, payment status report: what the bank says became of our payouts.
import { XMLParser, XMLValidator } from 'fast-xml-parser';

export interface TransferStatus {
  readonly messageId: string;
  readonly endToEndId: string;
  /** ISO 20022 code: ACSC executed, RJCT rejected; others (ACSP, PDNG …) decide nothing yet. */
  readonly status: string;
  /** ISO 20022 reason, e.g. AC04; null without one. */
  readonly reason: string | null;
  /** When the bank accepted or executed it; null where it does not say. */
  readonly at: Date | null;
}

const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  removeNSPrefix: true,
  isArray: (name) => name === 'OrgnlPmtInfAndSts' || name === 'TxInfAndSts',
});

/** Throws a readable error when the document is not a pain.002. */
export function readPain002(xml: string): TransferStatus[] {
  if (/<!(DOCTYPE|ENTITY)/i.test(xml)) throw new Error('a pain.002 has no DOCTYPE');
  const valid = XMLValidator.validate(xml);
  if (valid !== true) throw new Error(`not XML: ${valid.err.msg} in line ${valid.err.line}`);
  const report = (parser.parse(xml) as Record<string, Node>).Document?.CstmrPmtStsRpt as Node | undefined;
  if (report === undefined) throw new Error('not a pain.002: Document/CstmrPmtStsRpt is missing');
  const messageId = textAt(report, 'OrgnlGrpInfAndSts', 'OrgnlMsgId') ?? '';
  const found: TransferStatus[] = [];
  for (const group of (report.OrgnlPmtInfAndSts as Node[] | undefined) ?? []) {
    for (const transfer of (group.TxInfAndSts as Node[] | undefined) ?? []) {
      const endToEndId = textAt(transfer, 'OrgnlEndToEndId');
      const status = textAt(transfer, 'TxSts') ?? textAt(group, 'PmtInfSts');
      if (endToEndId === null || status === null)
        throw new Error(`a pain.002 of message ${messageId} lacks OrgnlEndToEndId or TxSts`);
      const at = new Date(textAt(transfer, 'AccptncDtTm') ?? '');
      found.push({
        messageId,
        endToEndId,
        status,
        reason: textAt(transfer, 'StsRsnInf', 'Rsn', 'Cd'),
        at: isUsual(at) ? at : null,
      });
    }
  }
  return found;
}

/** A time that cannot be one counts as none: what the bank decided is known all the same. */
const isUsual = (at: Date): boolean =>
  at.getTime() > Date.UTC(1970, 0, 1) && at.getTime() < Date.UTC(3000, 0, 1);

interface Node {
  readonly [name: string]: Node | Node[] | string | undefined;
}

function textAt(node: Node, ...path: string[]): string | null {
  let here: Node | Node[] | string | undefined = node;
  for (const name of path) {
    if (here === undefined || typeof here === 'string' || Array.isArray(here)) return null;
    here = here[name];
  }
  return typeof here === 'string' ? here : null;
}
