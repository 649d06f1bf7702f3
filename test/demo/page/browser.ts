import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";
import { onTestFinished } from "vitest";

const path = process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium";

/** Whether there is a browser to test with. In CI there has to be one. */
export function hasBrowser(): boolean {
  if (existsSync(path)) return true;
  if (process.env["CI"]) throw new Error(`there is no browser at ${path}; set CHROMIUM_PATH`);
  console.log(`The pages are not tried in a browser: there is none at ${path} (set CHROMIUM_PATH).`);
  return false;
}

const quiet = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

/** A tab of a real browser. What the browser complains of (our policy included) is in `complaints`. */
export async function openTab(): Promise<{ readonly tab: Page; readonly complaints: string[] }> {
  const browser: Browser = await chromium.launch({ executablePath: path, args: ["--no-sandbox", ...quiet] });
  onTestFinished(() => browser.close());
  const tab = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  const complaints: string[] = [];
  tab.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  tab.on("pageerror", (error) => complaints.push(error.message));
  return { tab, complaints };
}
