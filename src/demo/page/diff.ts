import type { ChangedFile } from "../github/world/history.ts";
import { type Html, html, type Part } from "./html.ts";
import { icon } from "./icons.ts";
import { plural } from "./words.ts";

export interface DiffLine {
  readonly kind: "hunk" | "same" | "added" | "gone" | "note";
  readonly text: string;
  readonly before: number | undefined;
  readonly after: number | undefined;
}

/** A patch as lines with their numbers on both sides. */
export function readPatch(patch: string): DiffLine[] {
  let before = 0;
  let after = 0;
  return patch.split("\n").map((line): DiffLine => {
    const hunk = /^@@ -(\d+)(?:,\d+)? \+(\d+)/.exec(line);
    if (hunk !== null) {
      before = Number(hunk[1]);
      after = Number(hunk[2]);
      return { kind: "hunk", text: line, before: undefined, after: undefined };
    }
    const text = line.slice(1);
    if (line.startsWith("+")) return { kind: "added", text, before: undefined, after: after++ };
    if (line.startsWith("-")) return { kind: "gone", text, before: before++, after: undefined };
    if (line.startsWith("\\")) return { kind: "note", text, before: undefined, after: undefined };
    return { kind: "same", text, before: before++, after: after++ };
  });
}

/** What may stand below or beside a line: remarks, and the way to make one. */
export interface Remarks {
  /** For the margin of a line. */
  readonly add: (path: string, line: DiffLine) => Part;
  /** For below a line. */
  readonly below: (path: string, line: DiffLine) => Part;
}

const noRemarks: Remarks = { add: () => undefined, below: () => undefined };

export function diffFiles(files: readonly ChangedFile[], remarks: Remarks = noRemarks): Html {
  const additions = files.reduce((sum, file) => sum + file.additions, 0);
  const deletions = files.reduce((sum, file) => sum + file.deletions, 0);
  return html`<p class="muted diff-sum">${plural(files.length, "file")} changed ${balance(additions, deletions)}</p>
    ${files.map((file) => diffFile(file, remarks))}`;
}

export const balance = (additions: number, deletions: number): Html =>
  html`<span class="green">+${additions}</span> <span class="red">−${deletions}</span>`;

function diffFile({ path, previousPath, status, additions, deletions, patch }: ChangedFile, remarks: Remarks): Html {
  const name = previousPath === undefined ? path : `${previousPath} → ${path}`;
  const rows = patch === undefined ? undefined : readPatch(patch).map((line) => diffRow(path, line, remarks));
  return html`<section class="card diff" id="${anchorOf(path)}">
    <header>${icon("file")} <b>${name}</b> ${status !== "modified" && html`<span class="pill">${status}</span>`} <span class="end">${balance(additions, deletions)}</span></header>
    ${rows === undefined ? html`<p class="muted pad">No text to show.</p>` : html`<table class="code"><tbody>${rows}</tbody></table>`}
  </section>`;
}

export const anchorOf = (path: string): string => `file-${path.replaceAll(/[^\w-]/g, "-")}`;

export function diffRow(path: string, line: DiffLine, remarks: Remarks = noRemarks): Html {
  if (line.kind === "hunk" || line.kind === "note") {
    return html`<tr class="${line.kind}"><td class="number" colspan="2"></td><td>${line.text}</td></tr>`;
  }
  const sign = line.kind === "added" ? "+" : line.kind === "gone" ? "-" : " ";
  const below = remarks.below(path, line);
  return html`<tr class="${line.kind}"><td class="number">${line.before}</td><td class="number">${line.after}</td><td class="line">${remarks.add(path, line)}<span class="sign">${sign}</span>${line.text}</td></tr>${
    below !== undefined && below !== false && html`<tr class="remarks"><td colspan="3">${below}</td></tr>`
  }`;
}
