// The proof that no money came from a bank, or went to one, without the bank's word, whatever kind of entry moved it.
import { countTied, readSharedReferences, readUntied, type TieRow } from '../audit-log/index.ts';
import type { Transaction } from '../database/index.ts';
import { bankTies } from './bank-ties.ts';
import type { Proof } from './proofs.ts';

const rows: readonly TieRow[] = Object.entries(bankTies).flatMap(([kind, { on, word }]) =>
  on.map((each) => ({ kind, on: each, word })),
);

export async function bankTieProof(tx: Transaction): Promise<Proof> {
  const wrong = [
    ...(await readUntied(tx, rows)).map(({ id, kind, amount, word, reference }) =>
      word === ''
        ? `entry ${id} (${kind}) moves ${amount} at a bank, which such an entry never does`
        : `entry ${id} (${kind}, ${amount}) has no bank's word (${word}) of its reference${reference === null ? '' : ` ${reference}`} and amount`,
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
    detail: `${await countTied(tx, rows)} entries moved money at banks, each as its bank said; no other entry moved any there`,
  };
}
