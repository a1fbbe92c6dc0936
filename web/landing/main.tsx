// The first page of a production server: /.
import { startApp } from '../ui/frame.tsx';
import { Landing } from './landing.tsx';

const words = {
  'zh-CN': async () => (await import('./words-zh.ts')).landingZh,
  en: async () => (await import('./words-en.ts')).landingEn,
  ko: async () => (await import('./words-ko.ts')).landingKo,
  ja: async () => (await import('./words-ja.ts')).landingJa,
};

void startApp(<Landing />, undefined, words);
