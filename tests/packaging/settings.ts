// The settings that the server reads, found in its code, and what the guide says of them: what the tests of the table and of the
// packaging files compare.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'oxc-parser';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const named = /^(?:TONGBAO_[A-Z0-9_]+|DATABASE_URL(?:_FILE)?)$/;

type Node = { readonly type: string } & Record<string, unknown>;
const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';

/** Every setting that code reads, with the texts that stand for it where it is not set. */
export type Settings = Map<string, Set<string>>;

export function settingsOfCode(folder = path.join(root, 'platform/src')): Settings {
  const found: Settings = new Map();
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts') || /\.test\.ts$|^testing\//.test(file)) continue;
    const text = readFileSync(path.join(folder, file), 'utf8');
    if (/TONGBAO_|DATABASE_URL/.test(text))
      readSettings(parseSync(file, text).program as unknown as Node, found);
  }
  return found;
}

/** Adds what a tree of code reads to `found`. */
export function readSettings(tree: Node, found: Settings): void {
  const noteIt = (name: string, usual?: unknown): void => {
    const texts = found.get(name) ?? new Set();
    if (typeof usual === 'string' && usual !== '') texts.add(usual);
    found.set(name, texts);
  };
  const walk = (node: Node): void => {
    const name = nameRead(node);
    if (name !== null) noteIt(name, usualOf(node));
    for (const value of Object.values(node))
      for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) walk(child);
  };
  walk(tree);
}

/** `environment.NAME`, `{ NAME: … } = environment`, or the name as a text of its own; the name with a usual text beside it. */
function nameRead(node: Node): string | null {
  const said = (value: unknown): string | null => {
    const text = isNode(value) ? (value.type === 'Literal' ? value.value : value.name) : null;
    return typeof text === 'string' && named.test(text) ? text : null;
  };
  if (node.type === 'MemberExpression' || node.type === 'StaticMemberExpression') return said(node.property);
  if (node.type === 'Property') return said(node.key);
  if (node.type === 'Literal') return said(node);
  if (node.type === 'LogicalExpression' && isNode(node.left)) return nameRead(node.left);
  if (node.type === 'CallExpression') return said((node.arguments as unknown[])[0]);
  return null;
}

function usualOf(node: Node): unknown {
  const literal = (value: unknown): unknown =>
    isNode(value) && value.type === 'Literal' ? value.value : undefined;
  if (node.type === 'LogicalExpression') return literal(node.right);
  if (node.type === 'Property' && isNode(node.value) && node.value.type === 'AssignmentPattern')
    return literal(node.value.right);
  if (node.type !== 'CallExpression') return undefined;
  const second = (node.arguments as unknown[])[1];
  return isNode(second) && second.type === 'ArrayExpression'
    ? literal((second.elements as unknown[])[0])
    : literal(second);
}

/** The guide's table: each setting, and what its row says. */
export function settingsOfGuide(file = path.join(root, 'docs/guides/serve.md')): Map<string, string> {
  const rows = new Map<string, string>();
  const [, table = ''] = readFileSync(file, 'utf8').split('| setting | meaning |\n');
  for (const line of table.split('\n\n')[0]!.split('\n')) {
    const [, cell = '', ...meaning] = line.split(/(?<!\\)\|/);
    for (const [, name] of cell.matchAll(/`([A-Z][A-Z0-9_]+)(?:=\w+)?`/g)) {
      if (rows.has(name!)) throw new Error(`${name} has two rows in ${file}`);
      rows.set(name!, meaning.join('|'));
    }
  }
  return rows;
}

/** A text as it is found in a regular expression. */
export const literally = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
