// Runs a TypeScript file of the project with its own Node, after setting up what is missing.
import path from 'node:path';
import { ensureInstalled, ensureStorefrontBuilt, ensureWebBuilt, fail, root, runNode } from './setup.mjs';

const [file, ...rest] = process.argv.slice(2);
if (file === undefined) fail('usage: node scripts/run.mjs FILE [ARGUMENTS]');
ensureInstalled();
if (file.startsWith('tests/') || file.endsWith('/main.ts')) ensureWebBuilt();
if (file.startsWith('tests/browser/')) ensureStorefrontBuilt();
runNode([path.join(root, file), ...rest]);
