import { type Html, trusted } from "./html.ts";

/** Drawn for these pages: strokes on a grid of 16, in the colour of the text beside them. */
const drawings = {
  issue: `<circle cx="8" cy="8" r="6.2"/><circle cx="8" cy="8" r="1.2" fill="currentColor"/>`,
  "issue-closed": `<circle cx="8" cy="8" r="6.2"/><path d="m5.4 8.2 1.9 1.9 3.5-3.9"/>`,
  skipped: `<circle cx="8" cy="8" r="6.2"/><path d="m3.8 12.2 8.4-8.4"/>`,
  pull: `<circle cx="4" cy="3.6" r="1.6"/><circle cx="4" cy="12.4" r="1.6"/><circle cx="12" cy="12.4" r="1.6"/><path d="M4 5.2v5.6M12 10.8V6.2a2 2 0 0 0-2-2H7.6m1.7-2L7.3 4.2l2 2"/>`,
  merged: `<circle cx="4" cy="3.6" r="1.6"/><circle cx="4" cy="12.4" r="1.6"/><circle cx="12" cy="8.6" r="1.6"/><path d="M4 5.2v5.6m.2-5.6c.5 2.4 2.4 3.4 6.2 3.4"/>`,
  comment: `<path d="M2.2 3.2h11.6v7.6H8.2l-3 2.8v-2.8h-3z" stroke-linejoin="round"/>`,
  commit: `<circle cx="8" cy="8" r="2.8"/><path d="M.8 8h4.4m5.6 0h4.4"/>`,
  file: `<path d="M3.5 1.8h5.8l3.2 3.2v9.2h-9zM9 2v3.4h3.3" stroke-linejoin="round"/>`,
  folder: `<path d="M1.8 3h4.4l1.4 1.7h6.6v8.5H1.8z" fill="currentColor" fill-opacity=".35" stroke-linejoin="round"/>`,
  tag: `<path d="M2 2.2h5.6l6.2 6.2-5.4 5.4L2 7.6z" stroke-linejoin="round"/><circle cx="5" cy="5.2" r=".9" fill="currentColor"/>`,
  eye: `<path d="M1 8c2-3.2 4.3-4.6 7-4.6S13 4.8 15 8c-2 3.2-4.3 4.6-7 4.600S3 11.2 1 8z" stroke-linejoin="round"/><circle cx="8" cy="8" r="2"/>`,
  check: `<path d="m2.8 8.4 3.4 3.4 7-7.6"/>`,
  cross: `<path d="m3.6 3.6 8.8 8.800m0-8.8-8.8 8.8"/>`,
  dot: `<circle cx="8" cy="8" r="3" fill="currentColor" stroke="none"/>`,
  branch: `<circle cx="4.5" cy="3.4" r="1.6"/><circle cx="4.5" cy="12.6" r="1.6"/><circle cx="11.5" cy="4.8" r="1.6"/><path d="M4.5 5v6m7-4.600c0 2.6-7 1.4-7 4"/>`,
  gear: `<circle cx="8" cy="8" r="2.3"/><path d="M8 1.200v2.200m0 9.200v2.200M1.2 8h2.200m9.2 0h2.200M3.2 3.200l1.5 1.500m6.6 6.6 1.5 1.500m0-9.6-1.5 1.500m-6.6 6.6-1.5 1.5"/>`,
  person: `<circle cx="8" cy="5" r="2.8"/><path d="M2.6 14c.4-3.4 2.4-5 5.4-5s5 1.6 5.4 5"/>`,
  code: `<path d="M5.4 3.8 1.4 8l4 4.200m5.2-8.4 4 4.2-4 4.2"/>`,
  book: `<path d="M2.5 2.400h9.300a1.5 1.5 0 0 1 1.5 1.500v9.700H4a1.5 1.5 0 0 1-1.5-1.500zm0 9.700A1.5 1.5 0 0 1 4 10.800h9.3" stroke-linejoin="round"/>`,
  pencil: `<path d="m2.4 13.6.8-3.4 7.6-7.6 2.6 2.6-7.6 7.600z" stroke-linejoin="round"/>`,
  lock: `<path d="M3.2 7h9.600v6.800H3.200zM5.2 7V4.800a2.8 2.8 0 0 1 5.6 0V7" stroke-linejoin="round"/>`,
  plus: `<path d="M8 2.800v10.400M2.8 8h10.4"/>`,
  clock: `<circle cx="8" cy="8" r="6.2"/><path d="M8 4.400V8l2.4 1.6"/>`,
  leaf: `<path d="M8 14.500V8.200m0 2.200c-3.8.3-5.6-1.8-5.6-5.200C6.2 5 8 6.8 8 10.400zm0-2.200c0-3.4 1.8-5.4 5.6-5.4 0 3.7-1.8 5.6-5.6 5.400z" stroke-linejoin="round"/>`,
} as const;

export type IconName = keyof typeof drawings;

/** Says nothing to those who can't see it; the words beside it do. */
export function icon(name: IconName, size = 16): Html {
  return trusted(
    `<svg class="icon icon-${name}" width="${size}" height="${size}" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" aria-hidden="true">${drawings[name]}</svg>`,
  );
}
