// What operators do: an act, its row in the trail and the room's verb in one transaction, whichever door the operator came
// by. Who may do what stands in the console's table of operations; each door asks it before it comes here.
import type { CsvProfile, Imported, Reconciliation, SentFile } from '../reconciliation/index.ts';
import type { DeclarationKind, Settlement } from '../settlement/index.ts';
import type { Member, Staff } from '../staff/index.ts';

export interface OperatorActParts {
  readonly staff: Staff;
  readonly reconciliation: Reconciliation;
  readonly settlement: Settlement;
}

const longestDetail = 1_000;
const cut = (text: string): string =>
  text.length <= longestDetail ? text : `${text.slice(0, longestDetail - 1)}…`;

/** A bank's file: all of it or, with StatementUnreadable, nothing. ReconciliationRefused: its account is busy. */
export async function importFile(
  { staff, reconciliation }: OperatorActParts,
  member: Member,
  file: SentFile & { readonly bytes: Uint8Array; readonly name: string },
): Promise<Imported[]> {
  const read = await reconciliation.read(file.bytes, file);
  const about = read.statements.map(
    ({ statement: { account, statementId, fromDay, toDay } }) =>
      `${account} ${statementId} ${fromDay} – ${toDay}`,
  );
  const act = {
    memberId: member.id,
    act: 'statement.import',
    object: `file/${read.sha256.toString('hex').slice(0, 16)}`,
    detail: cut(`${file.name}: ${about.join('; ')}`),
  };
  return staff.longAct(act, (tx) => reconciliation.take(tx, { read, operator: member.username }));
}

/** A CSV profile, or a new version of it; answers the version. */
export function addCsvProfile(
  { staff, reconciliation }: OperatorActParts,
  member: Member,
  { profile, reason }: { profile: CsvProfile; reason: string },
): Promise<number> {
  const object = `csv-profile/${profile.name}`;
  return staff.act({ memberId: member.id, act: 'csv-profile.add', object, detail: reason }, (tx) =>
    reconciliation.addCsvProfile(tx, profile, member.username),
  );
}

/** A closed day, a weekend day on which banks work, or a year whose days are entered. Rejections: declaration-refused. */
export function proposeClosure(
  { staff, settlement }: OperatorActParts,
  member: Member,
  asked: { calendar: string; kind: DeclarationKind; day: string; reason: string },
): Promise<bigint> {
  const { calendar, kind, day, reason } = asked;
  const object = `closure/${calendar}/${day}`;
  const act = { memberId: member.id, act: 'closure.propose', object, detail: `${kind}: ${reason}` };
  return staff.act(act, (tx) => settlement.proposeDeclaration(tx, { ...asked, operator: member.username }));
}

/** By somebody else than who proposed it. Rejections: declaration-refused. */
export async function decideClosure(
  { staff, settlement }: OperatorActParts,
  member: Member,
  { id, approved, reason }: { id: bigint; approved: boolean; reason: string },
): Promise<void> {
  const act = approved ? 'closure.approve' : 'closure.refuse';
  await staff.act({ memberId: member.id, act, object: `closure/${id}`, detail: reason }, (tx) =>
    settlement.decideDeclaration(tx, { id, operator: member.username, approved }),
  );
}
