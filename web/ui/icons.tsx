// The few pictures of the pages, drawn on one grid with one line width. All are decoration: words stand beside them.
import type { ReactNode } from 'react';

const paths = {
  check: <path d="m5 12.5 4.5 4.5L19 7.5" />,
  cross: <path d="M6.5 6.5l11 11M17.5 6.5l-11 11" />,
  attention: (
    <>
      <path d="M12 6v8" />
      <path d="M12 17.6v.4" />
    </>
  ),
  clock: (
    <>
      <circle cx="12" cy="12" r="8.5" />
      <path d="M12 7.5V12l3 2" />
    </>
  ),
  card: (
    <>
      <rect x="3.5" y="5.5" width="17" height="13" rx="2.5" />
      <path d="M3.5 10h17M7 14.5h3" />
    </>
  ),
  purse: (
    <>
      <circle cx="12" cy="12" r="8.5" />
      <path d="M9 9h6v6H9z" />
    </>
  ),
  home: <path d="M4 11.5 12 5l8 6.5M6.5 10v9h11v-9" />,
  bills: (
    <>
      <path d="M6 3.5h12v17l-3-2-3 2-3-2-3 2z" />
      <path d="M9.5 8.5h5M9.5 12.5h5" />
    </>
  ),
  plus: <path d="M12 5.5v13M5.5 12h13" />,
  shop: (
    <>
      <path d="M5 9.5V19h14V9.5" />
      <path d="M3.5 9.5 5.5 5h13l2 4.5z" />
    </>
  ),
  back: <path d="M9.5 7 4.5 12l5 5M5 12h9.5a5 5 0 0 1 5 5" />,
  erase: (
    <>
      <path d="M9 6h11.5v12H9l-5.5-6z" />
      <path d="m12 9.5 5 5M17 9.5l-5 5" />
    </>
  ),
  lock: (
    <>
      <rect x="5.5" y="10.5" width="13" height="9" rx="2" />
      <path d="M8.5 10.5V8a3.5 3.5 0 0 1 7 0v2.5" />
    </>
  ),
  person: (
    <>
      <circle cx="12" cy="8.5" r="3.8" />
      <path d="M4.5 20a7.5 7.5 0 0 1 15 0" />
    </>
  ),
  bank: (
    <>
      <path d="M3.5 9.5 12 4.5l8.5 5z" />
      <path d="M6 12.5v5M10 12.5v5M14 12.5v5M18 12.5v5M4 20h16" />
    </>
  ),
  key: (
    <>
      <circle cx="8" cy="12" r="4" />
      <path d="M12 12h8.5v3.5M17 12v2.5" />
    </>
  ),
  device: (
    <>
      <rect x="7" y="3.5" width="10" height="17" rx="2.2" />
      <path d="M11 17.5h2" />
    </>
  ),
  bell: (
    <>
      <path d="M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 1.5h-15z" />
      <path d="M10 20.5h4" />
    </>
  ),
  gauge: (
    <>
      <path d="M4 17a8.5 8.5 0 1 1 16 0" />
      <path d="m12 14.5 4-5" />
    </>
  ),
  onward: <path d="m9 6 6 6-6 6" />,
  code: (
    <>
      <rect x="4" y="4" width="6" height="6" rx="1" />
      <rect x="14" y="4" width="6" height="6" rx="1" />
      <rect x="4" y="14" width="6" height="6" rx="1" />
      <path d="M14 14h2.5v2.5H14zM20 14v6h-3.5" />
    </>
  ),
  scan: (
    <>
      <path d="M4 8.5V6a2 2 0 0 1 2-2h2.5M15.5 4H18a2 2 0 0 1 2 2v2.5M20 15.5V18a2 2 0 0 1-2 2h-2.5M8.5 20H6a2 2 0 0 1-2-2v-2.5" />
      <path d="M4 12h16" />
    </>
  ),
} as const satisfies Record<string, ReactNode>;

export type IconName = keyof typeof paths;

export function Icon(props: { name: IconName; size?: number }) {
  const size = props.size ?? 20;
  return (
    <svg
      className="icon"
      viewBox="0 0 24 24"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {paths[props.name]}
    </svg>
  );
}
