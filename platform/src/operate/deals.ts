// `tongbao deal`: conversions that people agree with the bank's desk. One person notes what was agreed, another one confirms it; then
// the books move at that.
import { formatMajor, MoneyError, money, parseMajor } from '@tongbao/money';
import { consoleOperations, type HandDeals, type NewAgreement } from '@tongbao/protocol/console';
import type { Command } from 'commander';
import { z } from 'zod';
import { agreeDeal, decideAgreement, handDeals } from '../operators/index.ts';
import { act, CommandRefused, type Common, idOf, operatorCommand, reasonOf, table } from './run.ts';

interface AgreeOptions extends Common {
  readonly bankReference: string;
  readonly rate?: string;
  readonly bought?: string;
  readonly cost?: string;
  readonly valueDate: string;
  readonly reason: string;
}
interface DecideOptions extends Common {
  readonly reason: string;
}

export function addDealCommands(program: Command): void {
  const deal = program
    .command('deal')
    .description('conversions agreed with the bank’s desk: one person notes them, another one confirms');
  operatorCommand(deal.command('list'))
    .description('deals that wait for people, and what was noted about them')
    .action(list);
  operatorCommand(deal.command('agree'))
    .description('notes what was agreed with the bank; it is booked when somebody else has approved it')
    .argument('<deal>', 'as `deal list` shows it')
    .requiredOption('--bank-reference <text>', 'what the bank calls the deal: its statement names it so')
    .option('--rate <decimal>', 'so many of the home currency for one of the bought: 0.005658')
    .option('--bought <amount>', 'instead of a rate, with --cost: what is bought, 1000000 or 450.00')
    .option('--cost <amount>', 'what it costs in the home currency')
    .requiredOption('--value-date <day>', 'YYYY-MM-DD: when the bank moves the money')
    .requiredOption('--reason <text>', 'why, for the trail')
    .action(agree);
  for (const [name, approved] of [
    ['approve', true],
    ['reject', false],
  ] as const)
    operatorCommand(deal.command(name))
      .description(
        approved ? 'confirms what was noted, and books it' : 'refuses what was noted; it may be noted again',
      )
      .argument('<agreement>', 'as `deal list` shows it')
      .requiredOption('--reason <text>', 'why, for the trail')
      .action((id: string, options: DecideOptions) => decideOne(id, approved, options));
}

const shown = (currency: string, amount: string): string =>
  `${formatMajor(money(currency, BigInt(amount)))} ${currency}`;

async function list(options: Common): Promise<void> {
  await act(
    { options, right: consoleOperations.deals },
    ({ platform }) => handDeals(platform),
    ({ deals, toleranceBps }) => [
      ...table(
        ['deal', 'day', 'buy', 'expected', 'at', 'agreement', 'agreed', 'at', 'reference', 'value', 'by'],
        deals.map(({ agreement, ...each }) => [
          ...[each.id, each.day, shown(each.currency, each.bought)],
          ...[shown(each.homeCurrency, each.expectedCost), each.expectedRate],
          ...(agreement === null
            ? ['', '', '', '', '', '']
            : [
                ...[agreement.id, shown(each.homeCurrency, agreement.cost), agreement.rate],
                ...[agreement.bankReference, agreement.valueDate, agreement.proposedBy],
              ]),
        ]),
      ),
      `agreed by up to ${toleranceBps} basis points from what is expected`,
    ],
  );
}

async function agree(id: string, options: AgreeOptions): Promise<void> {
  const dealId = idOf('the deal', id);
  const { bankReference, valueDate } = options;
  const reason = reasonOf(options.reason);
  assertTerms(options);
  await act(
    { options, right: consoleOperations.agreeDeal },
    async ({ platform, member }) => {
      const { deals } = await handDeals(platform);
      const terms = termsOf(
        options,
        deals.find((each) => each.id === dealId.toString()),
      );
      const parsed = consoleOperations.agreeDeal.body.safeParse({ bankReference, valueDate, reason, terms });
      if (!parsed.success) throw new CommandRefused(2, z.prettifyError(parsed.error));
      return { id: (await agreeDeal(platform, member, { id: dealId, agreed: parsed.data })).toString() };
    },
    (noted) => [`noted: somebody else confirms it with \`deal approve ${noted.id}\``],
  );
}

function assertTerms({ rate, bought, cost }: AgreeOptions): void {
  const isRate = rate !== undefined && bought === undefined && cost === undefined;
  const areAmounts = rate === undefined && bought !== undefined && cost !== undefined;
  if (!isRate && !areAmounts) throw new CommandRefused(2, 'either --rate, or --bought and --cost');
}

/** Amounts as people write them, in the deal's currencies. */
function termsOf(
  { rate, bought, cost }: AgreeOptions,
  deal: HandDeals['deals'][number] | undefined,
): NewAgreement['terms'] {
  if (rate !== undefined) return { rate };
  if (deal === undefined) throw new CommandRefused(4, 'no such deal waits: see `deal list`');
  const minor = (option: string, text: string, currency: string) => {
    try {
      return parseMajor(text, currency).amount.toString();
    } catch (error) {
      if (!(error instanceof MoneyError)) throw error;
      throw new CommandRefused(2, `${option} "${text}" is no amount of ${currency}`);
    }
  };
  return {
    bought: minor('--bought', bought!, deal.currency),
    cost: minor('--cost', cost!, deal.homeCurrency),
  };
}

async function decideOne(id: string, approved: boolean, options: DecideOptions): Promise<void> {
  const asked = { id: idOf('the agreement', id), approved, reason: reasonOf(options.reason) };
  await act(
    { options, right: approved ? consoleOperations.approveAgreement : consoleOperations.refuseAgreement },
    async ({ platform, member }) => {
      await decideAgreement(platform, member, asked);
      return { id, approved };
    },
    () => [approved ? `${id} is booked` : `${id} is refused`],
  );
}
