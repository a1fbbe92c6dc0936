// The console's way to the server, and what its pages share: words, times, amounts, the page that is looked at.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import i18next from 'i18next';
import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../ui/api.ts';
import { showMoney } from '../ui/format.ts';
import type { ConsoleWords } from './words-zh.ts';

const root = '/api/console';

export const ask = <Answer>(path: string): Promise<Answer> => call<Answer>('GET', `${root}${path}`);

/** Asks the person for a proof of who they are; rejects where they would rather not. Null outside of the console's frame. */
let proveFirst: (() => Promise<void>) | null = null;
export const onProofNeeded = (prove: (() => Promise<void>) | null): void => {
  proveFirst = prove;
};

/** Where the server wants a fresh proof of who acts, the person is asked for one and the act is sent again. */
export async function tell<Answer>(path: string, body: object): Promise<Answer> {
  try {
    return await call<Answer>('POST', `${root}${path}`, body);
  } catch (error) {
    if (codeOf(error) !== 'PROOF_NEEDED' || proveFirst === null) throw error;
    await proveFirst();
    return call<Answer>('POST', `${root}${path}`, body);
  }
}

export const useAsk = <Answer>(path: string, enabled = true) =>
  useQuery({ queryKey: [root, path], queryFn: () => ask<Answer>(path), enabled });

/** Shows an answer in place of the one that was asked for. */
export function useShow(path: string): (answer: object) => void {
  const queries = useQueryClient();
  return (answer) => queries.setQueryData([root, path], answer);
}

/** The server's code of a refusal, in the console's own words; null for anything else that went wrong. */
export const codeOf = (error: unknown): string | null => (error as { code?: string } | null)?.code ?? null;

export type Say = (key: keyof ConsoleWords, with_?: Readonly<Record<string, string | number>>) => string;

/** The console's words; a key that does not exist does not compile. */
export function useWords(): Say {
  const { t } = useTranslation();
  return useCallback<Say>(
    (key, values) => (t as unknown as (key: string, values?: object) => string)(key, values),
    [t],
  );
}

export const amount = (currency: string, value: string): string => showMoney({ currency, value });

export const time = (at: string, timeZone = 'Asia/Shanghai'): string =>
  new Intl.DateTimeFormat(i18next.language, {
    ...{
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    },
    ...{ hourCycle: 'h23', timeZone },
  }).format(new Date(at));

/** What is looked at stands in the address, so that it can be sent to a colleague and gone back to. */
export function useAddress(): [URL, (path: string) => void] {
  const [url, setUrl] = useState(() => new URL(location.href));
  useEffect(() => {
    const moved = () => setUrl(new URL(location.href));
    addEventListener('popstate', moved);
    return () => removeEventListener('popstate', moved);
  }, []);
  const go = useCallback((path: string) => {
    history.pushState(null, '', path);
    setUrl(new URL(location.href));
  }, []);
  return [url, go];
}
