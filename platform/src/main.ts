// The command line: sandbox, and what keeps a server of one's own running.
import { Command } from 'commander';
import { type SandboxOptions, sandboxConfig } from './config.ts';
import { runSandbox } from './sandbox/run.ts';

const program = new Command('tongbao').description('Tongbao: a cross-border wallet payment network');

program
  .command('sandbox')
  .description('the whole network on this machine: shopper, malls, banks, FX, with a clock that you can move')
  .option('--port <port>', 'HTTP: all APIs and web apps', '8080')
  .option('--https-port <port>', 'the same over HTTPS with a self-signed certificate', '8443')
  .option('--data <folder>', 'where the embedded PostgreSQL lives')
  .option('--fresh', 'start from an empty world')
  .option('--no-stores', 'without the demo malls')
  .action(async (options: SandboxOptions) => {
    await runSandbox(sandboxConfig(options));
  });

program.parseAsync().catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
