// The till: /till.
import { startApp } from '../ui/frame.tsx';
import { Till } from './till.tsx';

const words = {
  'zh-CN': async () => (await import('./words-zh.ts')).tillZh,
  en: async () => (await import('./words-en.ts')).tillEn,
  ko: async () => (await import('./words-ko.ts')).tillKo,
  ja: async () => (await import('./words-ja.ts')).tillJa,
};

void startApp(<Till />, undefined, words);
