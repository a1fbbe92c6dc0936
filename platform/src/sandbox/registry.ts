// The stand-in for the registries that know people and cards: every person whose number is possible is known to the residents'
// register and to the mobile operator, except the few who are there to be refused; cards are those of the invented banks.
import { createHash } from 'node:crypto';
import type {
  CardAnswer,
  CardQuestion,
  PersonAnswer,
  PersonQuestion,
  Registry,
  RegistryElement,
} from '@tongbao/connector-interface';
import { residentIdOf } from '../customers/index.ts';
import { Rejection } from '../rejection.ts';
import type { SandboxIssuers } from './bank/index.ts';

/** A name that no register knows, to see what a refusal looks like. */
export const unknownName = '查无此人';

/** Ids whose questions are remembered; the oldest are forgotten. */
const remembered = 1_000;

export function createSandboxRegistry(
  issuers: Pick<SandboxIssuers, 'identify' | 'offer' | 'claim'>,
): Registry {
  const asked = new Map<string, { content: string; answer: Promise<unknown> }>();
  /** The first who proves a card has it, with this number and phone, for as long as the sandbox runs. */
  const holders = new Map<string, Pick<CardQuestion, 'residentId' | 'phone'>>();

  function once<Answer>({ requestId, ...question }: { requestId: string }, work: () => Promise<Answer>) {
    const content = createHash('sha256').update(JSON.stringify(question)).digest('hex');
    const former = asked.get(requestId);
    if (former !== undefined && former.content !== content)
      throw new Error('the id was used for another question');
    if (former !== undefined) return former.answer as Promise<Answer>;
    const answer = work();
    asked.set(requestId, { content, answer });
    if (asked.size > remembered) asked.delete(asked.keys().next().value!);
    // What could not be worked on may be asked again under its id.
    answer.catch(() => asked.delete(requestId));
    return answer;
  }

  async function card(question: CardQuestion): Promise<CardAnswer> {
    const { name, residentId, phone, cardNumber } = question;
    const noMatch = (wrong: RegistryElement): CardAnswer => ({
      outcome: 'no-match',
      reference: 'SANDBOX',
      wrong: [wrong],
    });
    if (residentIdOf(residentId) === null) return noMatch('resident-id');
    const offered = await issuers.offer(cardNumber).catch((error: unknown) => {
      if (error instanceof Rejection) return null;
      throw error;
    });
    if (offered === null) return noMatch('card-number');
    const claim = await issuers.claim({ offer: offered.offer, holder: { name, phone } });
    if (claim.outcome === 'refused') {
      const blocked = { outcome: 'refused', reference: 'SANDBOX', reason: 'card-blocked' } as const;
      return claim.reason === 'card-blocked' ? blocked : noMatch('name');
    }
    const holder = holders.get(claim.token) ?? { residentId, phone };
    holders.set(claim.token, holder);
    if (holder.residentId !== residentId) return noMatch('resident-id');
    if (holder.phone !== phone) return noMatch('phone');
    const { face, token, last4, currency, reference } = claim;
    return { outcome: 'match', reference, card: { ...face, token, last4, currency } };
  }

  return {
    checkPerson: async (question) => once(question, async () => personAnswer(question)),
    cardFace: async (digits) => issuers.identify(digits),
    checkCard: async (question) => once(question, () => card(question)),
    async confirmCard() {
      throw new Error('the invented banks send no codes when a card is added');
    },
  };
}

function personAnswer({ name, residentId, phone }: PersonQuestion): PersonAnswer {
  const id = residentIdOf(residentId);
  if (id === null || name === unknownName)
    return { outcome: 'no-match', reference: 'SANDBOX', wrong: [id === null ? 'resident-id' : 'name'] };
  const sources = [{ source: 'resident-registry', reference: `RR-${id.number.slice(0, 6)}` }];
  if (phone !== null) sources.push({ source: 'mobile-operator', reference: `MO-${phone.slice(-4)}` });
  return { outcome: 'match', sources };
}
