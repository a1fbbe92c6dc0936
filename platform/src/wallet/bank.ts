// What the wallet and the payments rooms need of a card's bank: the connectors' interface.
import { type BankGateway, type DebitAnswer, stepUpFault } from '@tongbao/connector-interface';

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

/**
 * A question that cannot be put to the shopper, because nobody is there or it makes no sense, is taken back: the bank then says how
 * the debit ends. Throws like the bank.
 */
export async function putToShopper(
  { bank, mayAsk }: { bank: Pick<BankGateway, 'abandon'>; mayAsk: boolean },
  key: { bank: string; reference: string },
  answer: DebitAnswer,
): Promise<DebitAnswer> {
  if (answer.outcome !== 'step-up-required') return answer;
  if (mayAsk && stepUpFault(answer.stepUp) === null) return answer;
  return bank.abandon({ bank: key.bank, reference: key.reference, stepUp: answer.stepUp.id });
}
