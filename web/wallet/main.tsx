// The wallet: /wallet.
import { startApp } from '../ui/frame.tsx';
import { installWorker } from './installed.ts';
import { Wallet } from './wallet.tsx';

const words = {
  'zh-CN': async () => (await import('./words-zh.ts')).walletZh,
  en: async () => (await import('./words-en.ts')).walletEn,
  ko: async () => (await import('./words-ko.ts')).walletKo,
  ja: async () => (await import('./words-ja.ts')).walletJa,
};

void startApp(<Wallet />, undefined, words).then(installWorker);
