// Languages: Chinese first, then English, Korean, Japanese; chosen by ?lang=, by what was chosen before, or by the browser.
// A page brings the words of the two that most shoppers read; the others come when they are asked for.
import i18next, { type TFunction } from 'i18next';
import { initReactI18next } from 'react-i18next';
import type { landingZh } from '../landing/words-zh.ts';
import type { tillZh } from '../till/words-zh.ts';
import type { walletZh } from '../wallet/words-zh.ts';
import { en } from './words-en.ts';
import { type Words, zh } from './words-zh.ts';

export type Language = 'zh-CN' | 'en' | 'ko' | 'ja';
const storageKey = 'tongbao-language';

/** Each by its own name. */
export const languages: Readonly<Record<Language, string>> = {
  'zh-CN': '中文',
  en: 'English',
  ko: '한국어',
  ja: '日本語',
};

/** More words than all pages have, by language: what a page of its own brings along. */
export type MoreWords = Readonly<Record<Language, () => Promise<Readonly<Record<string, string>>>>>;

const words: Readonly<Record<Language, () => Promise<Words>>> = {
  'zh-CN': () => Promise.resolve(zh),
  en: () => Promise.resolve(en),
  ko: async () => (await import('./words-ko.ts')).ko,
  ja: async () => (await import('./words-ja.ts')).ja,
};

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'words';
    resources: { words: typeof zh & typeof walletZh & typeof tillZh & typeof landingZh };
  }
}

const isLanguage = (text: string | null): text is Language => text !== null && Object.hasOwn(languages, text);

function preferred(): Language {
  const asked = [new URLSearchParams(location.search).get('lang'), remembered()].find(isLanguage);
  if (asked !== undefined) return asked;
  for (const language of navigator.languages) {
    const found = (Object.keys(languages) as Language[]).find(
      (known) => known.slice(0, 2) === language.slice(0, 2).toLowerCase(),
    );
    if (found !== undefined) return found;
  }
  return 'zh-CN';
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

let moreWords: MoreWords | undefined;

async function wordsOf(language: Language): Promise<Readonly<Record<string, string>>> {
  return { ...(await words[language]()), ...(await moreWords?.[language]()) };
}

/** Readies the translations; `only` for pages that are written in one language. */
export async function startI18n(only?: Language, more?: MoreWords): Promise<void> {
  moreWords = more;
  const language = only ?? preferred();
  const loaded = await wordsOf(language);
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: language,
    defaultNS: 'words',
    resources: { [language]: { words: loaded } },
    interpolation: { escapeValue: false },
    showSupportNotice: false,
  } as Parameters<typeof i18next.init>[0]);
  document.documentElement.lang = language;
}

export async function changeLanguage(next: Language): Promise<void> {
  remember(next);
  i18next.addResourceBundle(next, 'words', await wordsOf(next));
  await i18next.changeLanguage(next);
  document.documentElement.lang = next;
}

export type WordKey = keyof typeof zh | keyof typeof walletZh | keyof typeof tillZh;

/** For a key that is looked up: the typed `t` wants to see each key literally. */
export const say = (t: TFunction<'words'>, key: WordKey): string => t(key as 'brand');
