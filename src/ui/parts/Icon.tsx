/** The few pictures the lab uses, drawn on a 16-px grid with one stroke; decorative, so hidden from speech. */

const PATHS = {
  chevron: 'M4 6l4 4 4-4',
  check: 'M3.5 8.5l3 3 6-7',
  plus: 'M8 3v10M3 8h10',
  play: 'M5 3.2l7.6 4.8L5 12.8z',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  more: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
  enlarge: 'M9.5 2.5h4v4M13 3L9.5 6.5M6.5 13.5h-4v-4M3 13l3.5-3.5',
  shrink: 'M13.5 6.5h-4v-4M10 6l3.5-3.5M2.5 9.5h4v4M6 10l-3.5 3.5',
  close: 'M4 4l8 8M12 4l-8 8',
  link: 'M6.5 9.5l3-3M7 4.5l1.2-1.2a2.6 2.6 0 013.7 3.7L10.5 8.2M9 11.5l-1.2 1.2a2.6 2.6 0 01-3.7-3.7L5.5 7.8',
  sun: 'M8 5.2a2.8 2.8 0 100 5.6 2.8 2.8 0 000-5.6M8 1.5v1.2M8 13.3v1.2M1.5 8h1.2M13.3 8h1.2M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9',
  moon: 'M13 9.6A5.6 5.6 0 016.4 3a5.6 5.6 0 106.6 6.6z',
  system: 'M2.5 3.5h11v7h-11zM6 13h4M8 10.5V13',
  file: 'M4 2.5h5l3 3v8H4zM9 2.5v3h3',
  card: 'M2.5 3.5h11v9h-11zM2.5 6.5h11M5 9.5h4',
  warning: 'M8 2.5l6 10.5H2zM8 6.5v3M8 11.3h.01',
  keyboard: 'M1.5 4h13v8h-13zM4 7h.01M6.5 7h.01M9 7h.01M11.5 7h.01M5 9.7h6',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg
      className="icon"
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth={name === 'more' ? 2.2 : 1.4}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
