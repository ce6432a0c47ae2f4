// Icons: 20 px grid, 1.5 px line. They stand beside words the first time and are never the only name of a control.

const paths = {
  down: "M10 3v9M6.5 9 10 12.25 13.5 9M3 14.5v1A1.5 1.5 0 0 0 4.5 17h11a1.5 1.5 0 0 0 1.5-1.5V14.5",
  copy: "M7 7V4.5A1.5 1.5 0 0 1 8.5 3h7A1.5 1.5 0 0 1 17 4.5v7a1.5 1.5 0 0 1-1.5 1.5H13M4.5 7h7A1.5 1.5 0 0 1 13 8.5v7a1.5 1.5 0 0 1-1.5 1.5h-7A1.5 1.5 0 0 1 3 15.5v-7A1.5 1.5 0 0 1 4.5 7Z",
  once: "M3 10a7 7 0 1 0 2.1-5M5.25 2.5V5.25H8M10 7v4.5",
  trash: "M4 5.5h12M8 5.5V3.75h4V5.5M5.5 5.5l.75 11h7.5l.75-11M8.5 8.5v5M11.5 8.5v5",
  info: "M10 17.25a7.25 7.25 0 1 0 0-14.5 7.25 7.25 0 0 0 0 14.5ZM10 9.25v4.25M10 6.6v.1",
  left: "M12.5 4.5 7 10l5.5 5.5",
  clock: "M10 17.25a7.25 7.25 0 1 0 0-14.5 7.25 7.25 0 0 0 0 14.5ZM10 6v4l2.75 1.75",
  right: "M7.5 4.5 13 10l-5.5 5.5",
  close: "M5 5l10 10M15 5 5 15",
  share:
    "M10 12V3M6.5 6 10 2.75 13.5 6M5 9.5H4.5A1.5 1.5 0 0 0 3 11v4.5A1.5 1.5 0 0 0 4.5 17h11a1.5 1.5 0 0 0 1.5-1.5V11a1.5 1.5 0 0 0-1.5-1.5H15",
  note: "M4 4.5h12M4 8.5h12M4 12.5h7",
  busy: "M10 2.75a7.25 7.25 0 1 1-7.25 7.25",
  plus: "M10 4v12M4 10h12",
  minus: "M4 10h12",
  warn: "M10 6v5M10 13.7v.1M10 17.25a7.25 7.25 0 1 0 0-14.5 7.25 7.25 0 0 0 0 14.5Z",
  photo:
    "M4.5 3.5h11A1.5 1.5 0 0 1 17 5v10a1.5 1.5 0 0 1-1.5 1.5h-11A1.5 1.5 0 0 1 3 15V5a1.5 1.5 0 0 1 1.5-1.5ZM7.5 3.5a2.5 2.5 0 0 0 5 0",
  grid: "M3.5 3.5h5v5h-5ZM11.5 3.5h5v5h-5ZM3.5 11.5h5v5h-5ZM11.5 11.5h5v5h-5Z",
  check: "M4 10.5 8 14.5 16 5.5",
  eye: "M2.5 10S5 5 10 5s7.5 5 7.5 5-2.5 5-7.5 5-7.5-5-7.5-5ZM10 12.25a2.25 2.25 0 1 0 0-4.5 2.25 2.25 0 0 0 0 4.5Z",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 20 20" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
