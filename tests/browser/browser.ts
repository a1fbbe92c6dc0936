// Chromium for the browser tests and the screenshots: Debian's, with no background traffic of its own.
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const candidates = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The browser on this machine; null when there is none. */
export const chromiumPath = (): string | null =>
  process.env.CHROMIUM_PATH ?? candidates.find((path) => existsSync(path)) ?? null;

export function launchChromium(more: readonly string[] = []): Promise<Browser> {
  const executablePath = chromiumPath();
  if (executablePath === null)
    throw new Error(
      'Chromium is needed here: install it (Debian: apt-get install chromium) or set CHROMIUM_PATH',
    );
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...more,
    ],
  });
}

export const sizes = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 900 } } as const;
