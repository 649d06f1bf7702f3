import { exists } from "./files.ts";
import type { GateRefs } from "./gate-refs.ts";
import { deskOf, type Layout } from "./layout.ts";

const shape = /^refs\/coppice\/saved\/([A-Za-z0-9_-]{1,100})\/(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)-(\d{3})$/;

/** Forgets saved work that is older than this. What belongs to a workspace that is still there is kept, and so is every ref not named by us. */
export async function expireSaved(layout: Layout, gateRefs: GateRefs, keepMs: number, nowMs: number): Promise<void> {
  if (!(await exists(layout.gate))) return;
  for (const { name } of await gateRefs.list("refs/coppice/saved/")) {
    const [, workspace = "", ...digits] = shape.exec(name) ?? [];
    if (workspace === "" || nowMs - timeOf(digits) < keepMs) continue;
    if (!(await exists(deskOf(layout, workspace).entry))) await gateRefs.remove(name);
  }
}

function timeOf(digits: readonly string[]): number {
  const [year = 0, month = 1, ...rest] = digits.map(Number);
  return Date.UTC(year, month - 1, ...rest);
}
