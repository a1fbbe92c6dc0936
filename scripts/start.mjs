// `npm start`: the sandbox of the whole network, from a fresh clone.
import path from 'node:path';
import { ensureInstalled, ensureStorefrontBuilt, ensureWebBuilt, root, runNode } from './setup.mjs';

const stores = !process.argv.includes('--no-stores');
ensureInstalled({ stores });
ensureWebBuilt();
if (stores) ensureStorefrontBuilt();
runNode([path.join(root, 'platform/src/main.ts'), 'sandbox', ...process.argv.slice(2)]);
