// What the wallet and the payments rooms need of a card's bank: the connectors' interface.
import type { BankAnswer, DebitAnswer } from '@tongbao/connector-interface';

export type {
  BankAnswer,
  BankGateway,
  BankRefusal,
  BankRequest,
  DebitAnswer,
  DebitRequest,
  StepUp,
  StepUpKey,
} from '@tongbao/connector-interface';

/** No shopper was offered to be asked: a bank that asks all the same is not understood, and its answer not known. */
export function unasked(answer: DebitAnswer): BankAnswer {
  if (answer.outcome === 'step-up-required') throw new Error('the bank asks a shopper who cannot be asked');
  return answer;
}
