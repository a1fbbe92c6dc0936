// Makes the wallet an app that opens without a network (worker.ts). A browser that has no service workers, or forbids them,
// shows the same wallet without.

/** The built files that this page runs on. */
function loadedFiles(): string[] {
  const here = performance.getEntriesByType('resource').map(({ name }) => new URL(name));
  return [
    ...new Set(here.filter(({ origin }) => origin === location.origin).map(({ pathname }) => pathname)),
  ];
}

export async function installWorker(): Promise<void> {
  if (!('serviceWorker' in navigator) || import.meta.env.DEV) return;
  try {
    await navigator.serviceWorker.register('/wallet-worker.js', { scope: '/wallet', updateViaCache: 'none' });
    const { active } = await navigator.serviceWorker.ready;
    active?.postMessage({ loaded: loadedFiles() });
  } catch (error) {
    console.warn('the wallet does not open without a network here:', error);
  }
}
