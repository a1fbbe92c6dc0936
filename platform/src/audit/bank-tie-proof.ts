// The proof that no money came from a bank, or went to one, without the bank's word: top-ups, withdrawals, opening balances and
// what cards paid and got back.
import { countTied, readSharedReferences, readUntied } from '../audit-log/index.ts';
import type { Transaction } from '../database/index.ts';
import type { Proof } from './proofs.ts';

export async function bankTieProof(tx: Transaction): Promise<Proof> {
  const wrong = [
    ...(await readUntied(tx)).map(
      ({ id, kind, amount, reference }) =>
        `entry ${id} (${kind}, ${amount}) has no bank's answer of its reference${reference === null ? '' : ` ${reference}`} and amount`,
    ),
    ...(await readSharedReferences(tx)).map(
      ({ reference, entries }) => `${entries} entries lean on the bank's one answer to ${reference}`,
    ),
  ];
  const name = 'bank-money-is-what-banks-answered';
  if (wrong.length > 0) return { name, ok: false, detail: wrong.slice(0, 10).join('; ') };
  return {
    name,
    ok: true,
    detail: `${await countTied(tx)} top-ups, withdrawals, opening balances and card movements, each answered by its bank`,
  };
}
