// Every five minutes: what nobody told us.
import type { Container } from '../engine.ts';
import { reconcile } from '../reconcile.ts';

export default (container: Container) => reconcile(container);

export const config = { name: 'tongbao-reconcile', schedule: '*/5 * * * *' };
