import { styleText } from "node:util";
import type { ReadStream, WriteStream } from "node:tty";

/** The terminal: a story that scrolls by, and below it a few lines that are drawn anew. */
export interface Screen {
  print(text: string): void;
  /** What is drawn below the story; undefined takes it away. */
  show(below: Below): void;
  stop(): void;
}

export type Below =
  | { readonly is: "busy"; readonly words: string }
  | { readonly is: "idle" }
  | { readonly is: "asking"; readonly lines: readonly string[] };

const spinner = ["·", "✢", "✳", "✶", "✻", "✽", "✻", "✶", "✳", "✢"];

/** Lines that a person types go to `onLine`; Ctrl-C to `onQuit`, Escape to `onInterrupt`. Without a terminal only the story is printed. */
export function createScreen(
  output: WriteStream,
  input: ReadStream,
  onLine: (line: string) => void,
  onQuit: () => void,
  onInterrupt: () => void,
): Screen {
  let below: Below = { is: "busy", words: "Starting" };
  let sinceMs = Date.now();
  let typed = "";
  let drawn = 0;
  let beat = 0;

  function draw(): void {
    if (!output.isTTY) return;
    const lines = linesOf(below, beat, Date.now() - sinceMs, typed, output.columns);
    output.write(`${erase(drawn)}${lines.join("\n")}`);
    drawn = lines.length;
  }

  function print(text: string): void {
    output.write(`${output.isTTY ? erase(drawn) : ""}${text}\n`);
    drawn = 0;
    draw();
  }

  function type(keys: string): void {
    if (keys === "\x1b") onInterrupt();
    for (const key of keys.startsWith("\x1b") ? [] : keys) {
      if (key === "\x03") onQuit();
      else if (key === "\r" || key === "\n") enter();
      else if (key === "\x7f") typed = Array.from(typed).slice(0, -1).join("");
      else if (key >= " ") typed += key;
    }
    draw();
  }

  function enter(): void {
    const line = typed.trim();
    typed = "";
    if (line !== "") onLine(line);
  }

  const timer = setInterval(() => {
    beat += 1;
    if (below.is === "busy") draw();
  }, 120);

  if (output.isTTY) output.write("\x1b[?25l");
  if (input.isTTY) {
    input.setRawMode(true);
    input.setEncoding("utf8").on("data", (keys: string) => type(keys));
  }

  return {
    print,
    show(next) {
      if (next.is !== below.is) sinceMs = Date.now();
      below = next;
      draw();
    },
    stop() {
      clearInterval(timer);
      if (output.isTTY) output.write(`${erase(drawn)}\x1b[?25h`);
      if (input.isTTY) input.setRawMode(false);
    },
  };
}

const erase = (lines: number): string => (lines === 0 ? "" : `\r${lines > 1 ? `\x1b[${lines - 1}A` : ""}\x1b[J`);

function linesOf(below: Below, beat: number, ms: number, typed: string, columns: number): string[] {
  const width = Math.max(20, Math.min(columns, 100) - 1);
  const rule = styleText("gray", "─".repeat(width));
  const shown = Array.from(typed)
    .slice(-(width - 4))
    .join("");
  const entry = `${styleText("green", "❯")} ${shown}${styleText("inverse", " ")}`;
  const foot = styleText(
    "gray",
    ` demo agent · no model, figures made up${below.is === "idle" ? " · type to tell it more" : ""}`,
  );
  const head = headOf(below, beat, ms);
  return ["", ...head, rule, entry, rule, foot.slice(0, width + 20)];
}

function headOf(below: Below, beat: number, ms: number): readonly string[] {
  switch (below.is) {
    case "busy": {
      const star = spinner[beat % spinner.length] ?? "·";
      return [`${styleText("magenta", `${star} ${below.words}…`)} ${styleText("gray", `(${Math.floor(ms / 1000)}s)`)}`];
    }
    case "idle":
      return [];
    case "asking":
      return below.lines;
    default:
      return below satisfies never;
  }
}
