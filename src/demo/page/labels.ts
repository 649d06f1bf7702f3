import type { Github } from "../github/start.ts";
import type { Label } from "../github/world/model.ts";
import { type Html, html } from "./html.ts";

/** A chip in the label's colour. The colours are in a sheet of their own, as the pages' policy forbids styles in the page. */
export function chip(label: Pick<Label, "name" | "color">): Html {
  return html`<span class="chip c-${label.color.toLowerCase()}">${label.name}</span>`;
}

export function labelSheet({ world }: Github): string {
  const labels = [...world.stores.values()].flatMap(({ labels: all }) => [...all.values()]);
  const colors = new Set(labels.map(({ color }) => color.toLowerCase()).filter((color) => /^[\da-f]{6}$/.test(color)));
  return [...colors]
    .map((color) => `.c-${color}{--chip:#${color};--on:${isLight(color) ? "#1f2328" : "#fff"}}`)
    .join("\n");
}

/** The sheet's address changes with its colours, so that a browser never shows a chip without one. */
export function labelSheetPath(github: Github): string {
  const labels = [...github.world.stores.values()].flatMap(({ labels: all }) => [...all.values()]);
  return `/-/labels.css?${[...new Set(labels.map(({ color }) => color))].join("")}`;
}

function isLight(color: string): boolean {
  const [red = 0, green = 0, blue = 0] = [0, 2, 4].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
  return red * 0.2126 + green * 0.7152 + blue * 0.0722 > 145;
}
