import { styleText } from "node:util";
import type { Question } from "../../core/agent-event.ts";

/** How things look in the agent's terminal. */
export function banner(issue: string, folder: string): string {
  const inner = [
    `${styleText(["green", "bold"], "🌱 demo agent")}  ${styleText("gray", "behaves like a coding agent; asks no model")}`,
    styleText("bold", issue),
    styleText("gray", folder),
  ];
  return ["", ...inner.map((line) => ` ${styleText("green", "▌")} ${line}`), ""].join("\n");
}

export const told = (text: string): string => `\n${text.split("\n").map(toldLine).join("\n")}\n`;

function toldLine(line: string, at: number): string {
  return styleText(["bgGray", "white"], `${at === 0 ? "❯ " : "  "}${line} `);
}

export const thought = (text: string): string => `${styleText("white", "●")} ${wrap(text, 92, "  ")}`;

export function tool(name: string, what: string, isFailed: boolean): string {
  const dot = styleText(isFailed ? "red" : "green", "●");
  return `${dot} ${styleText("bold", name)}${styleText("gray", "(")}${what}${styleText("gray", ")")}`;
}

/** The end of what a tool printed, below it. */
export function output(text: string, most = 10): string {
  const all = text.trimEnd().split("\n");
  const cut = all.length > most ? [`… ${all.length - most} more lines`] : [];
  return [...cut, ...all.slice(-most)]
    .map((line, at) => styleText("gray", `  ${at === 0 ? "⎿ " : "  "}${line}`))
    .join("\n");
}

/** What an edit changes, without the lines that stay. */
export function diff(from: string, to: string): string {
  const { gone, come } = changed(from.split("\n"), to.split("\n"));
  return [
    ...gone.map((line) => styleText("red", `     - ${line}`)),
    ...come.map((line) => styleText("green", `     + ${line}`)),
  ].join("\n");
}

function changed(
  before: readonly string[],
  after: readonly string[],
): { gone: readonly string[]; come: readonly string[] } {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let end = 0;
  const most = Math.min(before.length, after.length) - start;
  while (end < most && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  return { gone: before.slice(start, before.length - end), come: after.slice(start, after.length - end) };
}

function wrap(text: string, width: number, indent: string): string {
  let column = 0;
  return text
    .split(" ")
    .map((word) => {
      column += word.length + 1;
      if (column <= width) return `${word} `;
      column = word.length + 1;
      return `\n${indent}${word} `;
    })
    .join("")
    .trimEnd();
}

export function options(question: Question): string[] {
  const choices = question.options.map(
    ({ label, description }, at) => `   ${styleText("cyan", `${at + 1}.`)} ${label}  ${styleText("gray", description)}`,
  );
  return [
    `${styleText(["bgCyan", "black"], ` ${question.header} `)} ${styleText("bold", question.question)}`,
    ...choices,
    styleText("gray", "   Type a number, or an answer of your own, and press Enter."),
  ];
}
