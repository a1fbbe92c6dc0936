// What every page stands in: the bar with the coin, the language switch, the footer; and how an app starts.
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { useTranslation } from 'react-i18next';
import coin from './coin.svg';
import { otherLanguage, startI18n } from './i18n.ts';
import './theme.css';

export function Bar(props: { title: string; children?: ReactNode; languages?: boolean }) {
  const { t } = useTranslation();
  return (
    <header className="bar">
      <span className="brand">
        <img src={coin} alt="" />
        {t('brand')} <small>{props.title}</small>
      </span>
      <span className="spring" />
      {props.children}
      {props.languages !== false && (
        <button type="button" className="ghost" onClick={otherLanguage}>
          {t('language')}
        </button>
      )}
    </header>
  );
}

export function Skeleton(props: { rows: number }) {
  const { t } = useTranslation();
  const widths = ['60%', '90%', '75%', '85%', '50%'];
  return (
    <div role="status" aria-label={t('loading')}>
      {Array.from({ length: props.rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: bars without identity.
        <div key={index} className="skeleton" style={{ width: widths[index % widths.length] }} />
      ))}
    </div>
  );
}

export function Result(props: {
  mark: string;
  tone?: 'bad' | 'wait';
  title: string;
  text?: string;
  children?: ReactNode;
}) {
  return (
    <div className="result" role="status">
      <div className={`disc ${props.tone ?? ''}`} aria-hidden="true">
        {props.mark}
      </div>
      <h1>{props.title}</h1>
      {props.text !== undefined && <p className="muted">{props.text}</p>}
      {props.children}
    </div>
  );
}

export function startApp(app: ReactNode): void {
  startI18n();
  const queries = new QueryClient({
    defaultOptions: { queries: { retry: false, refetchOnWindowFocus: true } },
  });
  createRoot(document.getElementById('root')!).render(
    <StrictMode>
      <QueryClientProvider client={queries}>{app}</QueryClientProvider>
    </StrictMode>,
  );
}
