// The time left to pay, by the server's clock.
import type { CashierView } from '@tongbao/protocol/wallet';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../ui/icons.tsx';

/** Counts down; screen readers hear it by the minute, not by the second. `onDeadline` is called once an answer. */
export function Countdown(props: {
  view: Pick<CashierView, 'now' | 'expiresAt'>;
  onDeadline: () => Promise<unknown>;
}) {
  const { t } = useTranslation();
  const { view, onDeadline } = props;
  // The server's clock may run elsewhere than the browser's: keep the distance to a monotonic one.
  const answered = useRef({ now: '', at: 0 });
  if (answered.current.now !== view.now) answered.current = { now: view.now, at: performance.now() };
  const givenMs = Date.parse(view.expiresAt) - Date.parse(view.now);
  const [, tick] = useState(0);
  const leftMs = Math.max(0, givenMs - (performance.now() - answered.current.at));
  const isOver = leftMs === 0;
  // Asked once: if no answer comes, whoever keeps the view asks again in its own time.
  const toldFor = useRef('');
  useEffect(() => {
    if (isOver) {
      if (toldFor.current !== view.now) void onDeadline();
      toldFor.current = view.now;
      return;
    }
    const timer = setInterval(() => tick((count) => count + 1), 1000);
    return () => clearInterval(timer);
  }, [isOver, onDeadline, view.now]);
  const seconds = Math.ceil(leftMs / 1000);
  const minutes = Math.floor(seconds / 60);
  const two = (count: number): string => String(count).padStart(2, '0');
  // Orders of some shops wait for days.
  const before60 = minutes < 60 ? two(minutes) : `${Math.floor(minutes / 60)}:${two(minutes % 60)}`;
  const text = `${before60}:${two(seconds % 60)}`;
  // The figures stand out, wherever a language puts them.
  const [before, after] = t('timeLeft', { time: '|' }).split('|');
  return (
    <p className={`countdown ${minutes === 0 ? 'late' : ''}`}>
      <Icon name="clock" size={18} />
      <span aria-hidden="true">
        {before}
        <b>{text}</b>
        {after}
      </span>
      <span className="visually-hidden" aria-live="polite">
        {minutes > 0 ? t('minutesLeft', { minutes }) : t('secondsLeft')}
      </span>
    </p>
  );
}
