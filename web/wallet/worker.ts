// The wallet's service worker. The app itself (its page, and the built files that it loads) opens without a network, and then says
// that there is none. Only such files are kept: no answer of an API, no money, nothing about a person, so that a
// phone in other hands shows nothing. It is built as /wallet-worker.js and imports nothing.

interface Lasting extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Fetching extends Lasting {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Told extends Lasting {
  readonly data: unknown;
}
/** What a page's typings do not know of a worker. */
interface Worker {
  readonly clients: { claim(): Promise<void> };
  readonly location: Location;
  skipWaiting(): Promise<void>;
  addEventListener(name: 'install' | 'activate', listen: (event: Lasting) => void): void;
  addEventListener(name: 'fetch', listen: (event: Fetching) => void): void;
  addEventListener(name: 'message', listen: (event: Told) => void): void;
}

const worker = self as unknown as Worker;
const store = 'wallet-app';
const shell = '/wallet';
const maxFiles = 100;

const isShell = (path: string) => path === shell || path.startsWith(`${shell}/`);
/** Files whose names change with their contents, icons, the manifest. */
const isBuilt = (path: string) => /^\/(assets|icons)\/[\w.-]+$|^\/manifest\.webmanifest$/.test(path);

worker.addEventListener('install', (event) => {
  event.waitUntil(caches.open(store).then((cache) => cache.add(shell)));
  void worker.skipWaiting();
});

worker.addEventListener('activate', (event) => event.waitUntil(worker.clients.claim()));

worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== worker.location.origin) return;
  if (request.mode === 'navigate') {
    if (isShell(pathname)) event.respondWith(page(request));
  } else if (isBuilt(pathname)) event.respondWith(file(request));
});

/** From the network whenever there is one, so a new version is never missed; the kept one only without. */
async function page(request: Request): Promise<Response> {
  try {
    const answer = await fetch(request);
    if (answer.ok && !answer.redirected) await (await caches.open(store)).put(shell, answer.clone());
    return answer;
  } catch {
    return (await caches.match(shell)) ?? Response.error();
  }
}

async function file(request: Request): Promise<Response> {
  const kept = await caches.match(request);
  if (kept !== undefined) return kept;
  const answer = await fetch(request);
  if (answer.ok) await (await caches.open(store)).put(request, answer.clone());
  return answer;
}

/** The page says which files it runs on: they are kept, those of former versions go. */
worker.addEventListener('message', (event) => {
  const { loaded } = event.data as { loaded?: unknown };
  if (!Array.isArray(loaded)) return;
  const paths = loaded.filter((path) => typeof path === 'string' && isBuilt(path)).slice(0, maxFiles);
  event.waitUntil(keep(new Set(paths as string[])));
});

async function keep(paths: ReadonlySet<string>): Promise<void> {
  const cache = await caches.open(store);
  const kept = new Set<string>();
  for (const request of await cache.keys()) {
    const { pathname } = new URL(request.url);
    kept.add(pathname);
    if (pathname !== shell && !paths.has(pathname)) await cache.delete(request);
  }
  for (const path of paths) if (!kept.has(path)) await cache.add(path);
}
