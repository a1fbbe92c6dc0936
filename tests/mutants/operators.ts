// Small mistakes, made on the syntax tree of a source: each one a change that a test should notice. Types, imports, texts
// of errors and functions that wait for something (they read and write, and are tried with a database) stay as they are.
import { parseSync } from 'oxc-parser';

export interface Mutant {
  readonly file: string;
  /** The name of the operator that made it. */
  readonly operator: string;
  /** Where in the source, and what stands there instead. */
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
  /** From 1. */
  readonly line: number;
  /** The lines concerned before and after, in one line each: what a list of survivors knows it by. */
  readonly before: string;
  readonly after: string;
}

export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  // biome-ignore lint/suspicious/noExplicitAny: the tree has a hundred kinds of nodes, and each operator knows its own.
  readonly [key: string]: any;
}

/** What an operator may look at. */
interface Place {
  readonly source: string;
  readonly node: Node;
  readonly parents: readonly Node[];
}

type Change = readonly [start: number, end: number, replacement: string];
type Operator = (place: Place) => readonly Change[];

const textOf = (place: Place, node: Node): string => place.source.slice(node.start, node.end);
const parentOf = (place: Place): Node | undefined => place.parents.at(-1);

/** The sign between two operands, replaced. */
function between(place: Place, sign: string): Change {
  const { left, right } = place.node;
  const at = place.source.indexOf(place.node.operator, left.end);
  return at < right.start
    ? [at, at + place.node.operator.length, sign]
    : [left.end, right.start, ` ${sign} `];
}

const comparisons: Readonly<Record<string, readonly string[]>> = {
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
  '===': ['!=='],
  '!==': ['==='],
};

const arithmetic: Readonly<Record<string, string>> = {
  '+': '-',
  '-': '+',
  '*': '/',
  '/': '*',
  '%': '*',
  '**': '*',
  '>>': '<<',
  '+=': '-=',
  '-=': '+=',
  '*=': '/=',
};

const isText = (node: Node): boolean =>
  (node.type === 'Literal' && typeof node.value === 'string') || node.type === 'TemplateLiteral';

const compare: Operator = (place) =>
  place.node.type === 'BinaryExpression'
    ? (comparisons[place.node.operator] ?? []).map((sign) => between(place, sign))
    : [];

const compute: Operator = (place) => {
  const { node } = place;
  if (node.type !== 'BinaryExpression' && node.type !== 'AssignmentExpression') return [];
  const sign = arithmetic[node.operator];
  return sign === undefined || isText(node.left) || isText(node.right) ? [] : [between(place, sign)];
};

const negate: Operator = ({ node, source }) =>
  node.type === 'UnaryExpression' && (node.operator === '!' || node.operator === '-')
    ? [[node.start, node.end, source.slice(node.argument.start, node.argument.end)]]
    : [];

const combine: Operator = (place) => {
  const { node } = place;
  if (node.type !== 'LogicalExpression') return [];
  const [left, right] = [textOf(place, node.left), textOf(place, node.right)];
  const sides: Change[] = [
    [node.start, node.end, `(${left})`],
    [node.start, node.end, `(${right})`],
  ];
  if (node.operator === '??') return sides;
  return [[node.start, node.end, `(${left}) ${node.operator === '&&' ? '||' : '&&'} (${right})`], ...sides];
};

const choose: Operator = (place) => {
  const { node } = place;
  if (node.type === 'IfStatement')
    return [
      [node.test.start, node.test.end, 'true'],
      [node.test.start, node.test.end, 'false'],
    ];
  if (node.type !== 'ConditionalExpression') return [];
  return [
    [node.start, node.end, `(${textOf(place, node.consequent)})`],
    [node.start, node.end, `(${textOf(place, node.alternate)})`],
  ];
};

/** Statements that do something and declare nothing. */
const removable = new Set(['ExpressionStatement', 'ContinueStatement', 'BreakStatement', 'ThrowStatement']);
const dropStatement: Operator = ({ node, parents }) => {
  const inBlock = ['BlockStatement', 'IfStatement', 'ForOfStatement', 'ForStatement', 'SwitchCase'];
  return removable.has(node.type) && inBlock.includes(parents.at(-1)?.type ?? '')
    ? [[node.start, node.end, ';']]
    : [];
};

/** Only the sign of what orders two things matters: `a < b ? -1 : 1`. */
const isOfAnOrder = (source: string, parents: readonly Node[]): boolean =>
  parents
    .slice(-3)
    .some(
      (node) =>
        node.type === 'ConditionalExpression' &&
        /\? -1\s*: (?:1|\w.*\? 1\s*: 0)$/.test(source.slice(node.start, node.end)),
    );

/** `x < 1` is `x <= 0`, which comparing makes already: which neighbour of a border says nothing new. */
function saidAlready(node: Node, parents: readonly Node[]): 1 | -1 | 0 {
  const parent = parents.at(-1);
  if (parent?.type !== 'BinaryExpression' || parent.right !== node) return 0;
  if (parent.operator === '<' || parent.operator === '>=') return 1;
  return parent.operator === '>' || parent.operator === '<=' ? -1 : 0;
}

/** One more, and at the smallest numbers one less. */
const shift: Operator = ({ node, source, parents }) => {
  if (node.type !== 'Literal' || parents.at(-1)?.key === node || isOfAnOrder(source, parents)) return [];
  const { value } = node;
  const isBig = typeof value === 'bigint';
  if (!isBig && !Number.isInteger(value)) return [];
  const steps = (value <= 2 ? [1, -1] : [1]).filter((step) => step !== saidAlready(node, parents));
  return steps.map((step): Change => {
    const text = isBig ? `${value + BigInt(step)}n` : `${value + step}`;
    return [node.start, node.end, text.startsWith('-') ? `(${text})` : text];
  });
};

const flip: Operator = ({ node }) =>
  node.type === 'Literal' && typeof node.value === 'boolean'
    ? [[node.start, node.end, `${!node.value}`]]
    : [];

const otherRoundings = new Map([
  ['half-even', ['half-up', 'down', 'up']],
  ['half-up', ['half-even', 'down', 'up']],
  ['up', ['down', 'half-even']],
  ['down', ['up', 'half-even']],
  ['floor', ['ceiling', 'half-even']],
  ['ceiling', ['floor', 'half-even']],
]);

/** Another rounding; and for any other name (a status, a code, a kind, a currency) one that does not exist. */
const rename: Operator = (place) => {
  const { node } = place;
  if (node.type !== 'Literal' || typeof node.value !== 'string') return [];
  const parent = parentOf(place);
  if (parent?.key === node && parent.computed !== true) return [];
  const roundings = otherRoundings.get(node.value);
  if (roundings !== undefined) return roundings.map((other): Change => [node.start, node.end, `'${other}'`]);
  return /^[A-Za-z][\w:/.-]*$/.test(node.value) ? [[node.start, node.end, `'${node.value}-'`]] : [];
};

/** Anchors of patterns. */
const loosen: Operator = ({ node }) => {
  if (node.type !== 'Literal' || node.regex === undefined) return [];
  const { pattern, flags } = node.regex as { pattern: string; flags: string };
  const looser: string[] = [];
  if (pattern.startsWith('^')) looser.push(pattern.slice(1));
  if (pattern.endsWith('$') && !pattern.endsWith('\\$')) looser.push(pattern.slice(0, -1));
  return looser.map((other): Change => [node.start, node.end, `/${other}/${flags}`]);
};

/** An element of a list, a key or a spread of an object. */
const dropElement: Operator = (place) => {
  const { node, source } = place;
  if (node.type !== 'ArrayExpression' && node.type !== 'ObjectExpression') return [];
  const elements: readonly Node[] = node.type === 'ArrayExpression' ? node.elements : node.properties;
  return elements.flatMap((element): Change[] => {
    if (element === null) return [];
    const comma = /^\s*,/.exec(source.slice(element.end))?.[0].length ?? 0;
    return [[element.start, element.end + comma, '']];
  });
};

const otherMethods = new Map([
  ['some', 'every'],
  ['every', 'some'],
  ['min', 'max'],
  ['max', 'min'],
  ['floor', 'ceil'],
  ['ceil', 'floor'],
  ['round', 'floor'],
  ['startsWith', 'endsWith'],
  ['endsWith', 'startsWith'],
]);
const droppedMethods = new Set([
  'filter',
  'sort',
  'slice',
  'reverse',
  'trim',
  'toUpperCase',
  'toLowerCase',
  'padStart',
  'padEnd',
  'replace',
  'replaceAll',
]);

const changeMethod: Operator = (place) => {
  const { node } = place;
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return [];
  const { object, property } = node.callee;
  if (node.callee.computed === true) return [];
  const other = otherMethods.get(property.name);
  if (other !== undefined) return [[property.start, property.end, other]];
  return droppedMethods.has(property.name) ? [[node.start, node.end, textOf(place, object)]] : [];
};

const operators: Readonly<Record<string, Operator>> = {
  comparison: compare,
  arithmetic: compute,
  negation: negate,
  logic: combine,
  condition: choose,
  statement: dropStatement,
  number: shift,
  boolean: flip,
  name: rename,
  pattern: loosen,
  element: dropElement,
  method: changeMethod,
};

const wrappers = new Set([
  'TSAsExpression',
  'TSNonNullExpression',
  'TSSatisfiesExpression',
  'TSInstantiationExpression',
]);
const functions = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']);

/** What a function or constant is called, null for anything else. */
const nameOf = (node: Node): string | null =>
  node.type === 'FunctionDeclaration' || node.type === 'VariableDeclarator' ? (node.id?.name ?? null) : null;

/** Whether nothing inside of a node is changed. */
function isLeftAlone(node: Node, parents: readonly Node[], skip: ReadonlySet<string>): boolean {
  const parent = parents.at(-1);
  if (node.type === 'ImportDeclaration' || node.type === 'ExportAllDeclaration') return true;
  if (node.type.startsWith('TS') && !wrappers.has(node.type)) return true;
  if (functions.has(node.type) && node.async === true) return true;
  // What an error says is for people.
  if (node.type === 'NewExpression' && /Error$/.test(node.callee.name ?? '')) return true;
  const name = nameOf(node);
  if (name !== null && (skip.has(name) || name.endsWith('Verb'))) return true;
  return (parent?.type === 'Property' && parent.value === node && skip.has(parent.key.name)) || false;
}

function walk(
  node: Node,
  parents: Node[],
  at: { skip: ReadonlySet<string>; visit: (node: Node, parents: readonly Node[]) => void },
): void {
  if (isLeftAlone(node, parents, at.skip)) return;
  at.visit(node, parents);
  parents.push(node);
  for (const [key, value] of Object.entries(node)) {
    if (key === 'typeAnnotation' || key === 'typeArguments' || key === 'returnType') continue;
    for (const child of Array.isArray(value) ? value : [value])
      if (child !== null && typeof child === 'object' && typeof child.type === 'string')
        walk(child, parents, at);
  }
  parents.pop();
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

/** All mutants of a source. `skip`: functions, constants and keys that are left as they are. */
export function mutantsOf(file: string, source: string, skip: readonly string[] = []): Mutant[] {
  const { program, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]!.message}`);
  const made = new Map<string, Mutant>();
  walk(program as unknown as Node, [], {
    skip: new Set(skip),
    visit(node, parents) {
      for (const [operator, changesAt] of Object.entries(operators)) {
        for (const [start, end, replacement] of changesAt({ source, node, parents })) {
          const from = source.lastIndexOf('\n', start - 1) + 1;
          const lineEnd = source.indexOf('\n', end);
          const to = lineEnd === -1 ? source.length : lineEnd;
          const key = `${start} ${end} ${replacement}`;
          if (made.has(key) || source.slice(start, end) === replacement) continue;
          made.set(key, {
            ...{ file, operator, start, end, replacement },
            line: source.slice(0, start).split('\n').length,
            before: oneLine(source.slice(from, to)),
            after: oneLine(source.slice(from, start) + replacement + source.slice(end, to)),
          });
        }
      }
    },
  });
  return [...made.values()].sort((one, other) => one.start - other.start);
}

/** The source with the mistake in it. */
export const apply = (source: string, mutant: Pick<Mutant, 'start' | 'end' | 'replacement'>): string =>
  source.slice(0, mutant.start) + mutant.replacement + source.slice(mutant.end);
