// `npm test`: everything that needs no other toolchain, from a fresh clone. Ends with `N passed, N failed`.
import path from 'node:path';
import { ensureInstalled, ensureStorefrontBuilt, ensureWebBuilt, root, runNode } from './setup.mjs';

ensureInstalled();
ensureWebBuilt();
ensureStorefrontBuilt();
const vitest = path.join(root, 'node_modules/vitest/vitest.mjs');
process.chdir(root);
runNode([
  vitest,
  'run',
  '--reporter=default',
  '--reporter=./scripts/count-reporter.mjs',
  ...process.argv.slice(2),
]);
