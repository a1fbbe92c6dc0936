// What every page stands in: the bar with the coin, the language switch, results and waiting; and how an app starts.
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, StrictMode, useEffect, useRef } from 'react';
import { createRoot } from 'react-dom/client';
import { useTranslation } from 'react-i18next';
import coin from './coin.svg';
import { changeLanguage, type Language, languages, type MoreWords, startI18n } from './i18n.ts';
import { Icon, type IconName } from './icons.tsx';
import './theme.css';
import './pieces.css';
import './messages.css';

export function Bar(props: { title: string; children?: ReactNode; languages?: boolean }) {
  const { t, i18n } = useTranslation();
  const { title } = props;
  const brand = t('brand');
  useEffect(() => {
    document.title = `${title} · ${brand}`;
  }, [title, brand]);
  return (
    <header className="bar">
      <div className="bar-inner">
        <span className="brand">
          <img src={coin} alt="" width="30" height="30" />
          {brand} <small>{title}</small>
        </span>
        <span className="spring" />
        {props.children}
        {props.languages !== false && (
          <select
            className="ghost"
            aria-label={t('language')}
            value={i18n.language}
            onChange={(event) => void changeLanguage(event.target.value as Language)}
          >
            {Object.entries(languages).map(([language, name]) => (
              <option key={language} value={language} lang={language}>
                {name}
              </option>
            ))}
          </select>
        )}
      </div>
    </header>
  );
}

export function Skeleton(props: { rows: number }) {
  const { t } = useTranslation();
  const widths = ['40%', '90%', '65%', '85%', '50%'];
  return (
    <div role="status" aria-label={t('loading')}>
      {Array.from({ length: props.rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: bars without identity.
        <div key={index} className="skeleton" style={{ width: widths[index % widths.length] }} />
      ))}
    </div>
  );
}

let hasShownStep = false;

/** The heading of a step. A step that replaces another takes the focus, so that it is read and scrolled to. */
export function StepHeading(props: { level: 1 | 2; children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (hasShownStep) heading.current?.focus();
    hasShownStep = true;
  }, []);
  const Tag = props.level === 1 ? 'h1' : 'h2';
  return (
    <Tag ref={heading} tabIndex={-1} className="step">
      {props.children}
    </Tag>
  );
}

export interface ResultProps {
  readonly icon: IconName;
  readonly tone?: 'bad' | 'wait';
  readonly level?: 1 | 2;
  readonly title: string;
  readonly text?: string;
  readonly children?: ReactNode;
}

export function Result(props: ResultProps) {
  return (
    <div className="result">
      <div className={`disc ${props.tone ?? ''}`}>
        <Icon name={props.icon} size={34} />
      </div>
      <StepHeading level={props.level ?? 2}>{props.title}</StepHeading>
      {props.text !== undefined && <p className="muted">{props.text}</p>}
      {props.children}
    </div>
  );
}

/** Starts an app in the page's root. `only` for pages that are written in one language, `more` for words of its own. */
export async function startApp(app: ReactNode, only?: Language, more?: MoreWords): Promise<void> {
  await startI18n(only, more);
  const queries = new QueryClient({
    defaultOptions: { queries: { retry: false, refetchOnWindowFocus: true } },
  });
  const root = createRoot(document.getElementById('root')!, {
    // A page that fell over says so: a blank one would leave a shopper wondering about his money.
    onUncaughtError: (error) => {
      console.error(error);
      setTimeout(() => root.render(<Broken />));
    },
  });
  root.render(
    <StrictMode>
      <QueryClientProvider client={queries}>{app}</QueryClientProvider>
    </StrictMode>,
  );
}

function Broken() {
  const { t } = useTranslation();
  return (
    <main className="page narrow">
      <div className="card">
        <Result icon="attention" tone="bad" level={1} title={t('brokenTitle')} text={t('brokenText')}>
          <div className="actions">
            <button type="button" className="button" onClick={() => location.reload()}>
              {t('reload')}
            </button>
          </div>
        </Result>
      </div>
    </main>
  );
}
