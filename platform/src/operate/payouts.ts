// `tongbao payout`: what is paid to merchants and where it stands; letting a rejected one leave again.
import { consoleOperations } from '@tongbao/protocol/console';
import type { Command } from 'commander';
import { nextBefore, payoutsInHand, payoutView, retryPayout } from '../operators/index.ts';
import { act, type Common, idOf, newest, operatorCommand, reasonOf, table, wholeNumber } from './run.ts';

interface ListOptions extends Common {
  readonly open?: boolean;
  readonly limit: string;
  readonly before?: string;
}
interface RetryOptions extends Common {
  readonly reason: string;
}

export function addPayoutCommands(program: Command): void {
  const payout = program
    .command('payout')
    .description('payouts to merchants: the list, and once more after a rejection');
  operatorCommand(payout.command('list'))
    .description('closed batches of all merchants, newest first')
    .option('--open', 'only those that are not paid')
    .option('--limit <n>', 'at most so many, up to 200', '50')
    .option('--before <id>', 'the next page: below this id')
    .action(list);
  operatorCommand(payout.command('retry'))
    .description(
      'lets a payout leave again that the bank rejected, or that waits for a person: once, under a new reference',
    )
    .argument('<id>', 'the batch, as `payout list` shows it')
    .requiredOption('--reason <text>', 'why, for the trail')
    .addHelpText(
      'after',
      '\nExample:\n  $ npm run tongbao -- payout retry 140021 --reason "the bank had our account blocked; it is open again"\n\nWhere the bank said that the merchant’s account is wrong, correct it in the contract: that alone lets the payout leave again.',
    )
    .action(retry);
}

async function list(options: ListOptions): Promise<void> {
  const limit = wholeNumber('--limit', options.limit, [1, 200]);
  const before = options.before === undefined ? newest : idOf('--before', options.before);
  await act(
    { options, right: consoleOperations.payouts },
    async ({ platform }) => {
      const found = await payoutsInHand(platform, { before, limit, onlyOpen: options.open === true });
      return { payouts: found.map(payoutView), before: nextBefore(found, limit) };
    },
    ({ payouts, before: next }) => [
      ...table(
        ['id', 'merchant', 'day', 'amount', 'status', 'account', 'attempts', 'bank said', 'leaves at'],
        payouts.map((each) => [
          ...[each.id, each.clientId, each.day, `${each.amount} ${each.currency}`, each.status],
          ...[each.account === '' ? 'none' : `…${each.account}`, `${each.attempts}`, each.refusal ?? ''],
          each.payAt ?? (each.canRetry ? 'never: retry it' : ''),
        ]),
      ),
      ...(next === null ? [] : [`more: --before ${next}`]),
    ],
  );
}

async function retry(id: string, options: RetryOptions): Promise<void> {
  const batchId = idOf('the id', id);
  const reason = reasonOf(options.reason);
  await act(
    { options, right: consoleOperations.retryPayout },
    async ({ platform, member }) => {
      await retryPayout(platform, member, { batchId, reason });
      return { id };
    },
    () => [`${id} leaves again with the next payouts, under a new reference`],
  );
}
