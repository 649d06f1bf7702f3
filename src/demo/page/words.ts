import { type Html, html } from "./html.ts";

const units: readonly (readonly [ms: number, word: Intl.RelativeTimeFormatUnit])[] = [
  [86_400_000, "day"],
  [3_600_000, "hour"],
  [60_000, "minute"],
  [1000, "second"],
];
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

/** "3 hours ago", with the exact time for those who point at it. */
export function ago(atMs: number, nowMs: number): Html {
  const exact = new Date(atMs).toISOString();
  return html`<time datetime="${exact}" title="${exact.slice(0, 16).replace("T", " ")} UTC">${agoWords(nowMs - atMs)}</time>`;
}

function agoWords(ms: number): string {
  if (ms < 10_000) return "now";
  const [unitMs, word] = units.find(([least]) => ms >= least) ?? [1000, "second"];
  return relative.format(-Math.floor(ms / unitMs), word);
}

export const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? "" : "s"}`;
