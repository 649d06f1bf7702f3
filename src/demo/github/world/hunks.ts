import { git } from "./git.ts";
import { diffText, mergeBase } from "./history.ts";
import type { Place, Pull, Side } from "./model.ts";

interface Hunk {
  readonly header: string;
  readonly oldStart: number;
  readonly oldCount: number;
  readonly newStart: number;
  readonly newCount: number;
  readonly lines: readonly string[];
}

const headerPattern = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@.*$/;

function parseHunks(diff: string): Hunk[] {
  const parts = diff.split(/^(?=@@ )/m).filter((part) => part.startsWith("@@ "));
  return parts.map((part) => {
    const [header = "", ...lines] = part.trimEnd().split("\n");
    const [, oldStart, oldCount = "1", newStart, newCount = "1"] = headerPattern.exec(header) ?? [];
    return {
      header,
      lines,
      oldStart: Number(oldStart),
      oldCount: Number(oldCount),
      newStart: Number(newStart),
      newCount: Number(newCount),
    };
  });
}

/** The difference of one file in a pull request, if it has any. */
export async function fileDiff(folder: string, { base, head }: Pull, path: string): Promise<string | undefined> {
  const from = (await mergeBase(folder, base.sha, head.sha)) ?? base.sha;
  const whole = await diffText(folder, from, head.sha);
  const files = whole.split(/^(?=diff --git )/m);
  return files.find((file) => file.split("\n")[0]?.endsWith(` b/${path}`));
}

/** The piece of a difference above and at a line, as GitHub shows it over a remark; nothing if the line is not in it. */
export function hunkAt(diff: string, line: number, side: Side): string | undefined {
  for (const hunk of parseHunks(diff)) {
    let at = side === "RIGHT" ? hunk.newStart : hunk.oldStart;
    const shown = [hunk.header];
    for (const text of hunk.lines) {
      shown.push(text);
      const counts = side === "RIGHT" ? !text.startsWith("-") : !text.startsWith("+");
      if (!counts || text.startsWith("\\")) continue;
      if (at === line) return shown.join("\n");
      at += 1;
    }
  }
  return undefined;
}

/** Where a place is after a push; outdated when its lines were changed. The old side stays where it was. */
export async function follow(
  folder: string,
  place: Place,
  before: string,
  after: string,
): Promise<{ readonly place: Place; readonly isOutdated: boolean }> {
  if (place.line === undefined || place.side === "LEFT") return { place, isOutdated: false };
  const diff = await git(folder, ["diff", "--unified=0", "--no-renames", before, after, "--", place.path]);
  const hunks = parseHunks(diff);
  const first = place.startLine ?? place.line;
  const { line } = place;
  const isTouched = hunks.some(
    ({ oldStart, oldCount }) => oldCount > 0 && oldStart <= line && oldStart + oldCount - 1 >= first,
  );
  if (isTouched) return { place: { ...place, line: undefined, startLine: undefined }, isOutdated: true };
  const above = hunks.filter(({ oldStart }) => oldStart < first);
  const shift = above.reduce((sum, { oldCount, newCount }) => sum + newCount - oldCount, 0);
  const startLine = place.startLine === undefined ? undefined : place.startLine + shift;
  return { place: { ...place, line: line + shift, startLine }, isOutdated: false };
}
