// `npm start`: the sandbox of the whole network, from a fresh clone.
import path from 'node:path';
import { ensureInstalled, ensureWebBuilt, root, runNode } from './setup.mjs';

ensureInstalled();
ensureWebBuilt();
runNode([path.join(root, 'platform/src/main.ts'), 'sandbox', ...process.argv.slice(2)]);
