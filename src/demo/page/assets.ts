import type { Hono } from "hono";
import type { Github } from "../github/start.ts";
import { labelSheet } from "./labels.ts";
import { liveScript } from "./live-script.ts";
import { style } from "./style.ts";

const favicon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" fill="none" stroke="#2da44e" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round"><path d="M8 14.5V8.2m0 2.2c-3.8.3-5.6-1.8-5.6-5.200C6.2 5 8 6.8 8 10.400zm0-2.200c0-3.4 1.8-5.4 5.6-5.4 0 3.7-1.8 5.6-5.6 5.400z"/></svg>`;

export function mountAssets(app: Hono, github: Github): void {
  app.get("/-/style.css", (c) => c.body(style, 200, { "Content-Type": "text/css; charset=utf-8" }));
  app.get("/-/labels.css", (c) => c.body(labelSheet(github), 200, { "Content-Type": "text/css; charset=utf-8" }));
  app.get("/-/live.js", (c) => c.body(liveScript, 200, { "Content-Type": "text/javascript; charset=utf-8" }));
  app.get("/-/icon.svg", (c) => c.body(favicon, 200, { "Content-Type": "image/svg+xml" }));
}
