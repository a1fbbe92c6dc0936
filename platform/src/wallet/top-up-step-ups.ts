// What a shopper's bank asks about a top-up, and what they do about it.
import { createStepUps, type StepUps } from './answer-step-up.ts';
import { askBank, hearAnswer } from './ask-bank.ts';
import { bankReference, type CardTransfer, topUpOf } from './card-transfer.ts';
import type { WalletParts } from './parts.ts';
import { isOver, type OpenStepUp } from './step-up.ts';
import { readStepUps } from './step-up-store.ts';
import { askFromRow, selectTransfer } from './store.ts';

export async function stepUpOf(
  { database, clock }: WalletParts,
  transfer: CardTransfer,
): Promise<OpenStepUp | null> {
  if (transfer.kind !== 'top-up' || transfer.status !== 'pending') return null;
  const reference = bankReference(transfer);
  const open = (await readStepUps(database, [reference])).get(reference);
  return open === undefined || isOver(open, clock.now()) ? null : open;
}

export function topUpStepUps(parts: WalletParts): StepUps {
  const { database, clock, bank } = parts;
  const find = async (reference: string): Promise<CardTransfer> => {
    const found = await selectTransfer(database, topUpOf(reference));
    if (found === null) throw new Error(`there is no top-up ${reference}`);
    return found;
  };
  return createStepUps({
    ...{ database, clock, bank },
    hear: async (reference, answer) => hearAnswer(parts, await find(reference), answer),
    askFrom: async (reference, at) => void (await askFromRow(database, { id: topUpOf(reference), at })),
    ask: (reference) => askBank(parts, topUpOf(reference)),
    // Nothing else waits for it: it is asked about until the bank has answered.
    unheard: null,
    onBankFailed: async (error, reference) => parts.onBankFailed(error, await find(reference)),
  });
}
