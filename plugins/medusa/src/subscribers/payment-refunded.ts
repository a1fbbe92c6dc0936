// After each refund: is it decided? Most are at once; the others are left to the notification and the job.
import { type Container, providersOf } from '../engine.ts';
import { follow, paymentOf } from '../refunds.ts';

export default async ({
  event,
  container,
}: {
  event: { data: { id: string } };
  container: Container;
}): Promise<void> => {
  const payment = await paymentOf(container, event.data.id);
  const provider = providersOf(container).find(({ id }) => id === payment?.provider_id);
  if (payment !== null && provider !== undefined) await follow(container, provider, payment);
};

export const config = { event: 'payment.refunded' };
