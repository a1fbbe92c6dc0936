// XML read piece by piece: a caller sees each element when it is complete and says whether it may be forgotten, so that
// a file of a hundred thousand entries never stands in memory as a tree. Well-formedness is saxes' to judge.
import { SaxesParser } from 'saxes';
import { StatementUnreadable } from './fields.ts';

export interface XmlElement {
  /** Without its namespace's prefix. */
  readonly name: string;
  readonly namespace: string;
  /** The line of the file in which it begins. */
  readonly line: number;
  readonly attributes: readonly (readonly [name: string, value: string])[];
  readonly children: XmlElement[];
  text: string;
  /** How many elements it holds, itself included. */
  size: number;
}

const deepest = 40;
const longestText = 100_000;
const mostAttributes = 100;
/** Elements in memory at a time. */
const mostHeld = 100_000;

/**
 * Each step reads one piece; the caller may let others work between two of them.
 *
 * `onElement` gets each element at its end with the elements around it, outermost first; true: it is not needed again.
 * Throws StatementUnreadable with the line where the file is not well-formed, or has a DOCTYPE (messages of banks have
 * none; entities of its own are how a small file becomes a large one).
 */
export function* readXml(
  pieces: Iterable<string>,
  onElement: (element: XmlElement, around: readonly XmlElement[]) => boolean,
): Generator<void> {
  const parser = new SaxesParser({ xmlns: true, position: true });
  const open: XmlElement[] = [];
  let held = 0;
  let attributes = 0;
  const refuse = (what: string): never => {
    throw new StatementUnreadable(`the file is not XML: ${what} in line ${parser.line}`);
  };
  parser.on('error', (error) => refuse(error.message.replace(/^\d+:\d+: /, '').replace(/\.$/, '')));
  parser.on('doctype', () => {
    throw new StatementUnreadable(`a bank statement has no DOCTYPE (line ${parser.line})`);
  });
  parser.on('opentagstart', () => {
    attributes = 0;
  });
  parser.on('attribute', () => {
    attributes += 1;
    if (attributes > mostAttributes) refuse(`an element with more than ${mostAttributes} attributes`);
  });
  parser.on('opentag', ({ local, uri, attributes: found }) => {
    held += 1;
    if (open.length === deepest) refuse(`elements in more than ${deepest} levels`);
    if (held > mostHeld) refuse(`more than ${mostHeld} elements that belong to no entry`);
    open.push({
      ...{ name: local, namespace: uri, line: parser.line, children: [], text: '', size: 1 },
      attributes: Object.values(found).map((each) => [each.local, each.value] as const),
    });
  });
  const onText = (text: string) => {
    const element = open.at(-1);
    if (element === undefined || (element.text === '' && text.trim() === '')) return;
    element.text += text;
    if (element.text.length > longestText) refuse(`a text of more than ${longestText} characters`);
  };
  parser.on('text', onText);
  parser.on('cdata', onText);
  parser.on('closetag', () => {
    const element = open.pop()!;
    const parent = open.at(-1);
    if (onElement(element, open) || parent === undefined) {
      held -= element.size;
      return;
    }
    parent.children.push(element);
    parent.size += element.size;
  });
  for (const piece of pieces) {
    parser.write(piece);
    yield;
  }
  parser.close();
}

/** The first element down a path of names; undefined where one is missing. */
export function childAt(element: XmlElement | undefined, ...path: readonly string[]): XmlElement | undefined {
  let here = element;
  for (const name of path) here = here?.children.find((child) => child.name === name);
  return here;
}

export const childrenAt = (element: XmlElement | undefined, ...path: readonly string[]): XmlElement[] => {
  const parent = childAt(element, ...path.slice(0, -1));
  return parent?.children.filter((child) => child.name === path.at(-1)) ?? [];
};

/** The text down a path, trimmed; '' where there is none. */
export const textAt = (element: XmlElement | undefined, ...path: readonly string[]): string =>
  childAt(element, ...path)?.text.trim() ?? '';
