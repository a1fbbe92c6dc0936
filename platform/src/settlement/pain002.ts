// pain.002 from 001.03 on, payment status report: what the bank says became of our payouts, one by one, or of a whole
// message at once.
import { XMLParser, XMLValidator } from 'fast-xml-parser';

export interface TransferStatus {
  readonly messageId: string;
  /** Null: every payout of the message for which the report has no status of its own. */
  readonly endToEndId: string | null;
  /** ISO 20022 code: ACSC and ACCC executed, RJCT rejected; others (ACSP, PDNG …) decide nothing yet. */
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
  isArray: (name) => ['OrgnlPmtInfAndSts', 'TxInfAndSts', 'StsRsnInf'].includes(name),
});

/** Throws a readable error when the document is not a pain.002. */
export function readPain002(xml: string): TransferStatus[] {
  if (/<!(DOCTYPE|ENTITY)/i.test(xml)) throw new Error('a pain.002 has no DOCTYPE');
  const valid = XMLValidator.validate(xml);
  if (valid !== true) throw new Error(`not XML: ${valid.err.msg} in line ${valid.err.line}`);
  const report = (parser.parse(xml) as Record<string, Node>).Document?.CstmrPmtStsRpt as Node | undefined;
  if (report === undefined) throw new Error('not a pain.002: Document/CstmrPmtStsRpt is missing');
  const messageId = textAt(report, 'OrgnlGrpInfAndSts', 'OrgnlMsgId') ?? '';
  const groups = (report.OrgnlPmtInfAndSts as Node[] | undefined) ?? [];
  const found = groups.flatMap((group) => statusesIn(group, messageId));
  const whole = textAt(report, 'OrgnlGrpInfAndSts', 'GrpSts');
  if (found.length > 0 || whole === null) return found;
  const { reason, at } = detailsOf((report.OrgnlGrpInfAndSts as Node | undefined) ?? {});
  return [{ messageId, endToEndId: null, status: whole, reason, at }];
}

/** Of each transfer that the group names; where it names none, of all of them: our messages have one group. */
function statusesIn(group: Node, messageId: string): TransferStatus[] {
  const transfers = (group.TxInfAndSts as Node[] | undefined) ?? [];
  const ofAll = textAt(group, 'PmtInfSts');
  if (transfers.length === 0 && ofAll !== null)
    return [{ messageId, endToEndId: null, status: ofAll, ...detailsOf(group) }];
  return transfers.map((transfer) => {
    const endToEndId = textAt(transfer, 'OrgnlEndToEndId');
    const status = textAt(transfer, 'TxSts') ?? ofAll;
    if (endToEndId === null || status === null)
      throw new Error(`a pain.002 of message ${messageId} lacks OrgnlEndToEndId or TxSts`);
    return { messageId, endToEndId, status, ...detailsOf(transfer) };
  });
}

/** The reason may be a code of the bank's own; its words are another element. */
function detailsOf(node: Node): Pick<TransferStatus, 'reason' | 'at'> {
  const [first] = (node.StsRsnInf as Node[] | undefined) ?? [];
  const reason = first === undefined ? null : (textAt(first, 'Rsn', 'Cd') ?? textAt(first, 'Rsn', 'Prtry'));
  const at = new Date(textAt(node, 'AccptncDtTm') ?? '');
  return { reason, at: isUsual(at) ? at : null };
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
