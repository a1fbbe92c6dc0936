// Languages: Chinese first, then English; chosen by ?lang=, by what was chosen before, or by the browser.
import i18next, { type TFunction } from 'i18next';
import { initReactI18next } from 'react-i18next';
import { en } from './words-en.ts';
import { zh } from './words-zh.ts';

export type Language = 'zh-CN' | 'en';
const storageKey = 'tongbao-language';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'words';
    resources: { words: typeof zh };
  }
}

function preferred(): Language {
  const asked = new URLSearchParams(location.search).get('lang') ?? remembered();
  if (asked === 'en' || asked === 'zh-CN') return asked;
  return navigator.language.startsWith('en') ? 'en' : 'zh-CN';
}

/** Browsers that keep nothing for a page throw when they are asked. */
function remembered(): string | null {
  try {
    return localStorage.getItem(storageKey);
  } catch {
    return null;
  }
}

function remember(language: Language): void {
  try {
    localStorage.setItem(storageKey, language);
  } catch {
    // It is chosen for this page only.
  }
}

/** Readies the translations; `only` for pages that are written in one language. */
export function startI18n(only?: Language): void {
  void i18next.use(initReactI18next).init({
    lng: only ?? preferred(),
    fallbackLng: 'zh-CN',
    defaultNS: 'words',
    resources: { 'zh-CN': { words: zh }, en: { words: en } },
    interpolation: { escapeValue: false },
    showSupportNotice: false,
  } as Parameters<typeof i18next.init>[0]);
  document.documentElement.lang = i18next.language;
}

export function otherLanguage(): void {
  const next: Language = i18next.language === 'en' ? 'zh-CN' : 'en';
  remember(next);
  document.documentElement.lang = next;
  void i18next.changeLanguage(next);
}

export type WordKey = keyof typeof zh;

/** For a key that is looked up: the typed `t` wants to see each key literally. */
export const say = (t: TFunction<'words'>, key: WordKey): string => t(key as 'brand');
