/**
 * Changes the prose of a Markdown text and leaves its code alone, so that `@scope/package` in a command can still be copied.
 * What GitHub might not take for code is prose. A fence that is left open is closed: it would swallow what comes after.
 */
export function changeProse(text: string, change: (prose: string) => string): string {
  const blocks: string[] = [];
  let prose: string[] = [];
  let fence: { readonly ticks: string; readonly lines: string[] } | undefined;
  const endProse = () => {
    if (prose.length > 0) blocks.push(changeBlocks(prose.join("\n"), change));
    prose = [];
  };
  for (const line of text.split("\n")) {
    if (fence !== undefined) {
      fence.lines.push(line);
      if (!closes(line, fence.ticks)) continue;
      blocks.push(fence.lines.join("\n"));
      fence = undefined;
      continue;
    }
    const ticks = fenceOpenedBy(line);
    if (ticks === undefined) {
      prose.push(line);
      continue;
    }
    endProse();
    fence = { ticks, lines: [line] };
  }
  endProse();
  if (fence !== undefined) blocks.push([...fence.lines, fence.ticks].join("\n"));
  return blocks.join("\n");
}

/** Only one that begins its line: an indented one may belong to a list, and end with it. */
function fenceOpenedBy(line: string): string | undefined {
  return /^(`{3,}|~{3,})[^`]*$/.exec(line)?.[1];
}

function closes(line: string, ticks: string): boolean {
  const found = /^ {0,3}(`+|~+)[ \t]*$/.exec(line)?.[1];
  return found !== undefined && found.startsWith(ticks);
}

function changeBlocks(prose: string, change: (prose: string) => string): string {
  return prose
    .split(/(\n[ \t]*\n)/)
    .map((part, at) => (at % 2 === 1 ? part : changeBlock(part, change)))
    .join("");
}

/** Code between backticks is code only when every line of the block is even: an odd backtick would pair with the next one. */
function changeBlock(block: string, change: (prose: string) => string): string {
  const lines = block.split("\n").map(splitCode);
  if (lines.includes(undefined)) return change(block);
  return lines
    .map((parts) => (parts ?? []).map((part, at) => (at % 2 === 1 ? part : changePart(part, change))).join(""))
    .join("\n");
}

function changePart(part: string, change: (prose: string) => string): string {
  return part === "" ? "" : change(part);
}

/** Prose and code by turns, prose first; undefined when it is not sure which is which. */
function splitCode(line: string): readonly string[] | undefined {
  if (line.includes("\\`")) return undefined;
  const runs = [...line.matchAll(/`+/g)];
  const parts: string[] = [];
  let from = 0;
  for (let at = 0; at < runs.length; at += 1) {
    const open = runs[at];
    let end = at + 1;
    while (end < runs.length && runs[end]?.[0] !== open?.[0]) end += 1;
    const close = runs[end];
    if (open === undefined || close === undefined) return undefined;
    const code = line.slice(open.index, close.index + close[0].length);
    // A table's cells end at a bar, code or not.
    if (code.includes("|")) return undefined;
    parts.push(line.slice(from, open.index), code);
    from = close.index + close[0].length;
    at = end;
  }
  return [...parts, line.slice(from)];
}
