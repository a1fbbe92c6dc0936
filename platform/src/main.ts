// The command line: sandbox, what keeps a server of one's own running, and what operators do.
import { Command } from 'commander';
import {
  keysConfig,
  migrateConfig,
  type SandboxOptions,
  type ServeOptions,
  sandboxConfig,
  serveConfig,
} from './config.ts';
import { addOperatorCommands, endWith } from './operate/index.ts';
import { runSandbox } from './sandbox/run.ts';
import { forgetKeys, makeKeys, rotateKeys, runMigrate, runServe } from './serve/index.ts';

const program = new Command('tongbao').description('Tongbao: a cross-border wallet payment network');

program
  .command('sandbox')
  .description('the whole network on this machine: shopper, malls, banks, FX, with a clock that you can move')
  .option('--port <port>', 'HTTP: all APIs and web apps', '8080')
  .option('--https-port <port>', 'the same over HTTPS with a self-signed certificate', '8443')
  .option('--data <folder>', 'where the embedded PostgreSQL lives')
  .option('--fresh', 'start from an empty world')
  .option('--start-date <day>', 'the first day of a fresh world, YYYY-MM-DD', '2014-04-28')
  .option('--stores-port <port>', 'HTTP: the demo shops', '8090')
  .option('--no-stores', 'without the demo shops')
  .action(async (options: SandboxOptions) => {
    await runSandbox(sandboxConfig(options));
  });

const serve = program
  .command('serve')
  .description(
    'production: every API and page, over a PostgreSQL of your own (DATABASE_URL, TONGBAO_PUBLIC_URL)',
  )
  .option('--host <address>', 'where to listen', '127.0.0.1')
  .option('--port <port>', 'plain HTTP: TLS ends at the proxy in front', '8080')
  .option('--processes <n>', 'HTTP processes behind the port; as many as cores if not said')
  .action(async (options: ServeOptions) => {
    await runServe(serveConfig(options));
  });

const keys = serve
  .command('keys')
  .description(
    'makes the file with the secrets (TONGBAO_KEY_FILE); with DATABASE_URL it takes over those of an older release',
  )
  .action(() => makeKeys(keysConfig()));

keys
  .command('rotate')
  .argument('<name>', 'gateway, cashier, log, identity, pepper or master')
  .option('--in <time>', 'when the new key comes into use: 30s, 10m, 7d; gateway: 7d if not said, others 5s')
  .description(
    'adds a key to the file and tells running processes (DATABASE_URL); former keys go on counting',
  )
  .action((name: string, options: { in?: string }) =>
    rotateKeys({ ...keysConfig(), name, wait: options.in }),
  );
keys
  .command('forget')
  .argument('<name>', 'gateway, cashier or log')
  .description('takes former keys out of the file: what they made counts no more')
  .action((name: string) => forgetKeys({ ...keysConfig(), name }));

program
  .command('migrate')
  .description(
    'brings the database up to date as its owner (TONGBAO_OWNER_DATABASE_URL), for the role of DATABASE_URL',
  )
  .action(async () => {
    await runMigrate(migrateConfig());
  });

addOperatorCommands(program);

const isJson = process.argv.includes('--json');
for (const command of [program, ...descendants(program)]) {
  command.exitOverride();
  if (isJson) command.configureOutput({ writeErr: () => undefined });
}
program.parseAsync().catch((error: unknown) => endWith(error, isJson));

function descendants(command: Command): Command[] {
  return command.commands.flatMap((each) => [each, ...descendants(each)]);
}
