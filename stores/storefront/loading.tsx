// What is asked of the server, with its three honest states: loading, failed with another try, there.
import { type ReactNode, useCallback, useEffect, useState } from 'react';
import { Unreachable } from './api.ts';
import { useShop } from './shop-context.tsx';

export type Loaded<Answer> =
  | { readonly is: 'loading' }
  | { readonly is: 'failed'; readonly why: string; readonly again: () => void }
  | { readonly is: 'there'; readonly answer: Answer };

/** Asks again whenever `key` changes; null asks nothing. */
export function useLoaded<Answer>(key: string | null, load: () => Promise<Answer>): Loaded<Answer> {
  const { t } = useShop();
  const [state, setState] = useState<{ key: string | null; loaded: Loaded<Answer> }>({
    key: null,
    loaded: { is: 'loading' },
  });
  const [round, setRound] = useState(0);
  const again = useCallback(() => setRound((before) => before + 1), []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says everything that the question depends on.
  useEffect(() => {
    if (key === null) return;
    let isCurrent = true;
    const set = (loaded: Loaded<Answer>) => isCurrent && setState({ key, loaded });
    load().then(
      (answer) => set({ is: 'there', answer }),
      (error: Error) => set({ is: 'failed', why: reason(t, error), again }),
    );
    return () => {
      isCurrent = false;
    };
  }, [key, round]);
  return state.key === key ? state.loaded : { is: 'loading' };
}

export const reason = (t: ReturnType<typeof useShop>['t'], error: unknown): string =>
  error instanceof Unreachable ? t('offline') : t('failed', { why: (error as Error).message });

export function Loading<Answer>({
  of,
  children,
}: {
  of: Loaded<Answer>;
  children: (answer: Answer) => ReactNode;
}) {
  const { t } = useShop();
  if (of.is === 'there') return children(of.answer);
  if (of.is === 'loading')
    return (
      <p className="quiet" role="status">
        {t('loading')}
      </p>
    );
  return (
    <div className="trouble" role="alert">
      <p>{of.why}</p>
      <button type="button" onClick={of.again}>
        {t('tryAgain')}
      </button>
    </div>
  );
}
