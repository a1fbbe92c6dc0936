// Builds the packages that are published (money, protocol, sdk, the plugin) to plain JavaScript with types, each into its
// own dist/ with a package.json that `npm pack` can take. Node strips types only outside node_modules, so what is
// installed must be JavaScript.
import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const built = ['money', 'protocol', 'sdk', 'plugins/vendure', 'plugins/medusa'];

// Medusa looks for a plugin's routes, jobs and subscribers in a fixed folder of the package. Vendure's dashboard extension is
// beside the plugin's sources, and is looked for from the built plugin by the same relative path.
const folders = { 'plugins/medusa': '.medusa/server/src', 'plugins/vendure': 'lib' };
const into = (name) => folders[name] ?? '.';

function build(name) {
  const folder = path.join(root, name);
  const dist = path.join(folder, 'dist');
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist, { recursive: true });
  const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const config = {
    extends: path.join(root, 'tsconfig.json'),
    compilerOptions: {
      noEmit: false,
      allowImportingTsExtensions: false,
      rewriteRelativeImportExtensions: true,
      declaration: true,
      rootDir: path.join(folder, 'src'),
      outDir: path.join(dist, into(name)),
      paths: declarationsOfFormer(name),
      // Medusa's admin page is the one with markup.
      ...(name === 'plugins/medusa' && { jsx: 'react-jsx', lib: ['ES2024', 'ESNext.Disposable', 'DOM'] }),
    },
    include: [path.join(folder, 'src')],
    exclude: [path.join(folder, 'src', '**', '*.test.ts')],
  };
  const file = path.join(dist, 'tsconfig.json');
  writeFileSync(file, JSON.stringify(config));
  execFileSync(process.execPath, [path.join(root, 'node_modules/typescript/bin/tsc'), '-p', file], {
    stdio: 'inherit',
  });
  rmSync(file);
  const { devDependencies: _dev, scripts: _scripts, private: _private, ...published } = manifest;
  writeFileSync(
    path.join(dist, 'package.json'),
    `${JSON.stringify({ ...published, exports: exportsOf(name, manifest.exports) }, null, 2)}\n`,
  );
  // Compiled by the shop's own dashboard build, so it goes as it is.
  const dashboard = path.join(folder, 'dashboard');
  if (existsSync(dashboard)) cpSync(dashboard, path.join(dist, 'dashboard'), { recursive: true });
  const readme = path.join(folder, 'README.md');
  if (existsSync(readme)) copyFileSync(readme, path.join(dist, 'README.md'));
}

/** What was built before is seen by its declarations, not by its sources. */
function declarationsOfFormer(name) {
  const paths = {};
  for (const former of built.slice(0, built.indexOf(name))) {
    const manifest = JSON.parse(readFileSync(path.join(root, former, 'package.json'), 'utf8'));
    for (const [entry, source] of Object.entries(manifest.exports)) {
      const declaration = source.replace('./src/', './').replace(/\.ts$/, '.d.ts');
      paths[path.posix.join(manifest.name, entry)] = [path.join(root, former, 'dist', declaration)];
    }
  }
  return paths;
}

function exportsOf(name, sources) {
  return Object.fromEntries(
    Object.entries(sources).map(([entry, source]) => {
      if (!source.startsWith('./src/')) return [entry, source];
      const file = `./${path.posix.join(into(name), source.replace('./src/', ''))}`;
      return [entry, { types: file.replace(/\.tsx?$/, '.d.ts'), default: file.replace(/\.tsx?$/, '.js') }];
    }),
  );
}

for (const name of built) build(name);
