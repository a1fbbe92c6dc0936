// What the disk under the database takes to make 8 kB durable: no commit can be faster, and its slowest hundredth is the
// floor of everybody's p99.
import { open } from 'node:fs/promises';
import path from 'node:path';
import { figureOf, type PostingFigure } from './posting.ts';

const page = Buffer.alloc(8192, 1);

export async function diskSync(folder: string, seconds: number): Promise<PostingFigure> {
  const file = await open(path.join(folder, 'sync-test'), 'w');
  const latencies: number[] = [];
  const began = performance.now();
  try {
    for (let number = 0; performance.now() < began + seconds * 1000; number++) {
      const started = performance.now();
      await file.write(page, 0, page.length, (number % 1024) * page.length);
      await file.datasync();
      latencies.push(performance.now() - started);
    }
  } finally {
    await file.close();
  }
  return figureOf(latencies, performance.now() - began);
}
