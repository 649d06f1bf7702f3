import { styleText } from "node:util";
import type { Sight } from "./people.ts";

/** Tells what happens, with the seconds since the start and whose doing it was. */
export interface Story {
  readonly startedMs: number;
  tell(who: string, what: string): void;
}

export function createStory(print: (line: string) => void): Story {
  const startedMs = Date.now();
  return {
    startedMs,
    tell(who, what) {
      const seconds = ((Date.now() - startedMs) / 1000).toFixed(1).padStart(6);
      print(`${styleText("gray", `${seconds} s`)}  ${styleText(colorOf(who), who.padEnd(8))} ${what}`);
    },
  };
}

const colorOf = (who: string): "green" | "cyan" => (who === "coppice" ? "green" : "cyan");

/** What is new about an issue since it was last looked at, in words. */
export function news(issue: number, before: Sight | undefined, now: Sight): string[] {
  const found: string[] = [];
  if (now.isGreeted && before?.isGreeted !== true) found.push(`👀 on #${issue} ${now.title}`);
  const head = headlineOf(now);
  if (head !== undefined && head !== headlineOf(before))
    found.push(`#${issue}: ${head}${again(headlineOf(before), head)}`);
  for (const pull of now.pulls) {
    if (before?.pulls.some(({ number }) => number === pull.number) === true) continue;
    found.push(`#${issue}: opens pull request #${pull.number}, “${pull.title}”, from ${pull.branch}`);
  }
  return found;
}

export function headlineOf(sight: Sight | undefined): string | undefined {
  return /^### (.*)$/m.exec(sight?.statuses[0] ?? "")?.[1];
}

/** From checks back to work there is but one way. */
function again(before: string | undefined, now: string): string {
  const isBack = before?.includes("checks") === true && now.includes("is working");
  return isBack ? " again: the checks failed, and it was told how" : "";
}
