// A flame graph of a sampled profile, as an SVG that stands alone: each box is a function, as wide as its time and that
// of all that it called; idle time is left out.
import type { Profiler } from 'node:inspector/promises';
import path from 'node:path';

interface Box {
  readonly name: string;
  readonly children: Map<string, Box>;
  time: number;
}

const width = 1200;
const rowHeight = 17;
const maxDepth = 40;
/** Boxes narrower than this cannot be seen. */
const minWidth = 0.6;

export function flameGraph(profile: Profiler.Profile): string {
  const root = grow(profile);
  const boxes: string[] = [];
  let depth = 0;
  const draw = (box: Box, left: number, level: number): void => {
    const wide = (box.time / root.time) * width;
    if (wide < minWidth || level > maxDepth) return;
    depth = Math.max(depth, level);
    boxes.push(boxOf(box, { left, wide, level, share: box.time / root.time }));
    let at = left;
    for (const child of [...box.children.values()].sort((a, b) => b.time - a.time)) {
      draw(child, at, level + 1);
      at += (child.time / root.time) * width;
    }
  };
  draw(root, 0, 0);
  const height = (depth + 1) * rowHeight;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="monospace" font-size="11">
<title>Where a one-step payment's time goes in the server process</title>
<rect width="${width}" height="${height}" fill="#fff"/>
${boxes.join('\n')}
</svg>
`;
}

function grow(profile: Profiler.Profile): Box {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const parents = new Map<number, number>();
  for (const node of profile.nodes) for (const child of node.children ?? []) parents.set(child, node.id);
  const root: Box = { name: 'all', children: new Map(), time: 0 };
  for (const [place, id] of (profile.samples ?? []).entries()) {
    const stack: string[] = [];
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at))
      stack.push(nameOf(nodes.get(at)!));
    if (stack[0] === '(idle)') continue;
    const took = profile.timeDeltas![place]!;
    root.time += took;
    let box = root;
    for (const name of stack.reverse().slice(1)) {
      let child = box.children.get(name);
      if (child === undefined) {
        child = { name, children: new Map(), time: 0 };
        box.children.set(name, child);
      }
      child.time += took;
      box = child;
    }
  }
  return root;
}

function nameOf({ callFrame: { functionName, url } }: Profiler.ProfileNode): string {
  const name = functionName === '' ? '(anonymous)' : functionName;
  return url === '' ? name : `${name} (${path.basename(url)})`;
}

function boxOf(box: Box, at: { left: number; wide: number; level: number; share: number }): string {
  const hue = [...box.name].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 50;
  const y = at.level * rowHeight;
  const fits = Math.floor(at.wide / 6.8) - 1;
  const label = fits < 4 ? '' : escaped(box.name.slice(0, fits));
  const x = at.left.toFixed(1);
  return `<g><title>${escaped(box.name)} ${(at.share * 100).toFixed(1)}%</title><rect x="${x}" y="${y}" width="${at.wide.toFixed(1)}" height="${rowHeight - 1}" fill="hsl(${150 + hue},35%,${72 + (hue % 12)}%)"/>${label === '' ? '' : `<text x="${(at.left + 3).toFixed(1)}" y="${y + 12}">${label}</text>`}</g>`;
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
