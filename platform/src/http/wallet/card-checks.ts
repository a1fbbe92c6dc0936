// Adding a card by its number: the page sends it once, the registry says whose it is. No log, error or row has it.
import { cardOperations } from '@tongbao/protocol/wallet';
import { type Customer, maskPhone, phoneOf } from '../../customers/index.ts';
import { Rejection } from '../../rejection.ts';
import { cardNumberOf } from '../../wallet/index.ts';
import { type AddRoute, guessesPerMinute } from '../shopper/routes.ts';
import { assertKnown, freshView, type WalletHttpOptions } from './view.ts';

/** Refusals a day of one customer: four elements of somebody else's card are not found by going through them. */
export const refusedCardsADay = 10;
const windowMs = 24 * 3_600_000;

export function cardCheckRoutes(route: AddRoute, options: WalletHttpOptions): void {
  const { customers, wallet, sandbox } = options;
  const guesses = { perMinute: guessesPerMinute(sandbox) };

  const answerOf = async (
    customer: Customer,
    checked: Awaited<ReturnType<typeof wallet.checkCard>>,
    phone: string,
  ) => {
    if (checked.kind === 'code-sent') {
      const expiresAt = checked.expiresAt.toISOString();
      return { status: 'code-sent' as const, maskedPhone: maskPhone(phone), expiresAt };
    }
    const { card, reference } = checked;
    // A bank that gave somebody a card has seen who it is: one more source that knows the shopper.
    await customers.addIdentityCheck(customer.id, { source: `bank:${card.bank}`, reference });
    return { status: 'added' as const, wallet: await freshView(options, customer.id) };
  };

  route(
    cardOperations.checkCard,
    async ({ body, customer }) => {
      assertKnown(customer);
      const number = cardNumberOf(body.number);
      if (number === null) throw refused('card-number');
      const phone = body.phone === undefined ? customer.phone : phoneOf(body.phone);
      if (phone === null) throw refused('phone');
      const residentId = await customers.proveIdentity(customer.id, body.residentId);
      const { tryId } = body;
      const asked = { customerId: customer.id, tryId, name: customer.name, residentId, phone, number };
      return answerOf(customer, await counted(options, customer, () => wallet.checkCard(asked)), phone);
    },
    guesses,
  );
  route(
    cardOperations.confirmCard,
    async ({ body, customer }) => {
      assertKnown(customer);
      const asked = { customerId: customer.id, ...body };
      return answerOf(
        customer,
        await counted(options, customer, () => wallet.confirmCard(asked)),
        customer.phone,
      );
    },
    guesses,
  );
}

const refused = (field: string): Rejection =>
  new Rejection('card-refused', `the ${field} has a form that none has`, { field });

/** Refusals count, and wrong codes; what is added, or not known, does not. */
async function counted<Answer>(
  { tally }: WalletHttpOptions,
  customer: Customer,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  const quota = { name: 'refused cards', subject: customer.id.toString(), most: refusedCardsADay, windowMs };
  const retryAt = await tally.take([quota]);
  if (retryAt !== null) throw new Rejection('code-too-many', 'too many refused cards today', { retryAt });
  try {
    const answer = await ask();
    await tally.giveBack(quota);
    return answer;
  } catch (error) {
    const isNo = error instanceof Rejection && ['card-refused', 'code-wrong'].includes(error.code);
    if (!isNo) await tally.giveBack(quota);
    throw error;
  }
}
