// Line icons, drawn inline: no icon font, no request.

const PATHS = {
  problems: 'M12 3l9.5 17h-19zM12 10v4M12 17v.4',
  hosts:
    'M4.5 4h15A1.5 1.5 0 0121 5.5v3A1.5 1.5 0 0119.5 10h-15A1.5 1.5 0 013 8.5v-3A1.5 1.5 0 014.5 4zM4.5 14h15a1.5 1.5 0 011.5 1.5v3a1.5 1.5 0 01-1.5 1.5h-15A1.5 1.5 0 013 18.5v-3A1.5 1.5 0 014.5 14zM7 7h.1M7 17h.1',
  checks: 'M4 12l5 5L20 6',
  graphs: 'M4 4v16h16M7 15l4-5 3 3 5-7',
  timeline: 'M12 3a9 9 0 100 18 9 9 0 000-18zM12 7v5l3.5 2',
  jobs: 'M5 4l14 8-14 8z',
  pause: 'M8 5v14M16 5v14',
  configuration: 'M4 7h10M18 7h2M4 17h2M10 17h10M16 5a2 2 0 100 4 2 2 0 000-4zM8 15a2 2 0 100 4 2 2 0 000-4z',
  search: 'M11 4a7 7 0 100 14 7 7 0 000-14zM16 16l4.5 4.5',
  person: 'M4 20c1-5 4-7 8-7s7 2 8 7M12 4a4 4 0 100 8 4 4 0 000-8z',
  plus: 'M12 5v14M5 12h14',
  close: 'M6 6l12 12M18 6L6 18',
  more: 'M5 12h.1M12 12h.1M19 12h.1',
  down: 'M6 9l6 6 6-6',
  right: 'M9 6l6 6-6 6',
  copy: 'M9 9h10v11H9zM5 15V4h10',
  sun: 'M12 8a4 4 0 100 8 4 4 0 000-8zM12 2v2M12 20v2M4 12H2M22 12h-2M5 5l1.4 1.4M17.6 17.6L19 19M19 5l-1.4 1.4M6.4 17.6L5 19',
  moon: 'M20 14.5A8.5 8.5 0 019.5 4a8.5 8.5 0 1010.5 10.5z',
  screen: 'M3 5h18v11H3zM9 20h6M12 16v4',
  help: 'M12 3a9 9 0 100 18 9 9 0 000-18zM9.5 9.5a2.5 2.5 0 113.6 2.2c-.7.4-1.1.900-1.1 1.8M12 16.5v.2',
  out: 'M14 4h5v16h-5M10 8l-4 4 4 4M6 12h9',
  trash: 'M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13',
  edit: 'M4 20h4L19 9l-4-4L4 16z',
  refresh: 'M20 11a8 8 0 10-2.3 6.3M20 5v6h-6',
  hand: 'M8 12V6a1.5 1.5 0 013 0V5a1.5 1.5 0 013 0v1a1.5 1.5 0 013 0v8c0 4-2 6-5 6-4 0-5-2-8-7a1.5 1.5 0 012.5-1.5z',
  wrench: 'M15 4a5 5 0 00-4.6 7L4 17.4 6.6 20 13 13.6A5 5 0 0020 9l-3 2-2.5-.5L14 8z',
  bellOff: 'M6 17h12c-1-1.5-1.5-3-1.5-6a4.5 4.5 0 00-7-3.7M7.5 10c0 3.5-.5 5.5-1.5 7M10 20h4M4 4l16 16',
  wave: 'M3 12c2-6 4-6 6 0s4 6 6 0 4-6 6 0',
  link: 'M10 14l4-4M8 12l-2 2a3 3 0 004 4l2-2M16 12l2-2a3 3 0 00-4-4l-2 2',
} as const;

export type IconName = keyof typeof PATHS;

/** Decorative: the word beside it or the label of its button says what it means. */
export function Icon({ name, size = 17 }: { name: IconName; size?: number }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" style={{ width: size, height: size }} aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}

export function Logo() {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d="M5 6l7 4 7-5M12 10l-5 8M12 10l6 7" />
      <g fill="currentColor">
        <circle cx="5" cy="6" r="2" />
        <circle cx="19" cy="5" r="2" />
        <circle cx="12" cy="10" r="2.6" />
        <circle cx="7" cy="18" r="2" />
        <circle cx="18" cy="17" r="2" />
      </g>
    </svg>
  );
}
