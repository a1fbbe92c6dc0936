// The door of the operator's command line.
import type { Command } from 'commander';
import { addBreakCommands } from './breaks.ts';
import { addClosureCommands } from './closures.ts';
import { addCustomerCommands } from './customers.ts';
import { addDealCommands } from './deals.ts';
import { addDoctorCommand } from './doctor.ts';
import { addExportCommand } from './export.ts';
import { addKeyCommands } from './keys.ts';
import { addMerchantCommands } from './merchants.ts';
import { addPayoutCommands } from './payouts.ts';
import { addRateCommands } from './rates.ts';
import { addSetupCommand } from './setup.ts';
import { addStaffCommands } from './staff.ts';
import { addStatementCommands } from './statements.ts';
import { addWaitingCommands } from './waiting.ts';

export { endWith } from './run.ts';

/** Adds what operators do to the program: the same verbs and rights as the console's. */
export function addOperatorCommands(program: Command): void {
  addDoctorCommand(program);
  addSetupCommand(program);
  addStaffCommands(program);
  addStatementCommands(program);
  addClosureCommands(program);
  addDealCommands(program);
  addMerchantCommands(program);
  addCustomerCommands(program);
  addBreakCommands(program);
  addPayoutCommands(program);
  addWaitingCommands(program);
  addRateCommands(program);
  addKeyCommands(program);
  addExportCommand(program);
}
