// The proofs of the audit log, in the words of the other proofs.
import { findLogFaults } from '../audit-log/index.ts';
import type { Transaction } from '../database/index.ts';
import type { Proof } from './proofs.ts';

export async function logProofs(tx: Transaction): Promise<Proof[]> {
  const found = await findLogFaults(tx);
  const proof = (name: string, good: string, bad: readonly string[]): Proof => ({
    name,
    ok: bad.length === 0,
    detail: bad.length === 0 ? good : bad.slice(0, 10).join('; '),
  });
  const signed =
    found.signed === null ? 'no checkpoint is signed yet' : `the checkpoint of ${found.signed} is theirs`;
  return [
    proof(
      'rows-are-as-they-were-sealed',
      `${found.leaves} leaves of the audit log, each its row's own hash`,
      found.changed,
    ),
    proof(
      'every-row-is-sealed-once',
      `no row is past the log; ${found.waiting} wait to be sealed`,
      found.strays,
    ),
    proof('the-log-only-grows', `${found.leaves} leaves make the tree; ${signed}`, found.treeWrong),
  ];
}
