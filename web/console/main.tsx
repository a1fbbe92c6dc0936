// The console: /console.
import { startApp } from '../ui/frame.tsx';
import { Console } from './console.tsx';

const english = async () => (await import('./words-en.ts')).consoleEn;
// Two languages: whoever works here in another one reads English.
const words = {
  'zh-CN': async () => (await import('./words-zh.ts')).consoleZh,
  en: english,
  ko: english,
  ja: english,
};

void startApp(<Console />, undefined, words);
