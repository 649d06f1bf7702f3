import type { Slot } from "./sight.ts";
import type { Task } from "./task.ts";

/** An issue that has to be done before another one begins. */
export interface Dependency {
  readonly number: number;
  readonly state: "open" | "done" | "not-planned" | "not-there";
}

/** More than any issue needs, and no more requests than a pass can make. */
const mostNumbers = 10;

/** The issues that a text names in lines such as `Depends on #3, #4 and #5` or `Blocked by: #3`; each once. */
export function dependenciesIn(text: string): readonly number[] {
  const lines = text.matchAll(
    /^[ \t]*(?:[-*+][ \t]+)?(?:depends[ \t]+on|blocked[ \t]+by)[ \t]*:?[ \t]*(#.{1,300})$/gim,
  );
  const numbers = [...lines].flatMap(([, list = ""]) => numbersIn(list));
  return [...new Set(numbers)].slice(0, mostNumbers);
}

/** Numbers one after another; what is no number ends the list, so that a remark behind it is none. */
function numbersIn(list: string): readonly number[] {
  const [head = ""] =
    /^#\d{1,9}(?:(?:[ \t]*,[ \t]*|[ \t]+|[ \t]*,?[ \t]+(?:and|&)[ \t]+)#\d{1,9})*(?![\w#])/i.exec(list) ?? [];
  return [...head.matchAll(/#(\d+)/g)].map(([, digits]) => Number(digits)).filter((number) => number > 0);
}

/** Only what was never begun is held back: a round of review goes on whatever was written in the issue. */
export function wantsDependencies({ phase, run, brief }: Task): boolean {
  return phase.at === "queued" && run === undefined && dependenciesIn(brief?.body ?? "").length > 0;
}

/** The issues that still hold the task back, as far as known. */
export function holding(task: Task): readonly number[] {
  if (!wantsDependencies(task)) return [];
  const known =
    task.dependencies ?? dependenciesIn(task.brief?.body ?? "").map((number) => ({ number, state: "open" }));
  return known.filter(({ state }) => state !== "done").map(({ number }) => number);
}

/** A task that waits for others takes no slot, and says for what it waits. */
export function holdSlot(slot: Slot, task: Task, others: ReadonlyMap<number, readonly number[]>): Slot {
  const why = whyHeld(task, others);
  return why === undefined ? slot : { ...slot, free: false, why };
}

function whyHeld(task: Task, others: ReadonlyMap<number, readonly number[]>): string | undefined {
  const own = githubsWord(task);
  if (!wantsDependencies(task)) return own;
  const { dependencies } = task;
  if (dependencies === undefined) return "looks at the issues that it depends on";
  const held = dependencies.filter(({ state }) => state !== "done");
  if (held.length === 0) return own;
  const circle = circleOf(task.issue.number, holding(task), others);
  const mend = "correct the line in the issue, then say `/coppice retry fresh`";
  if (circle !== undefined)
    return `${circle.map((number) => `#${number}`).join(" waits for ")}: a circle, so none of them can begin; ${mend}`;
  const lost = held.find(({ state }) => state !== "open");
  if (lost?.state === "not-there") return `it depends on #${lost.number}, which is not there; ${mend}`;
  if (lost !== undefined) return `it depends on #${lost.number}, which was closed without being done; ${mend}`;
  return `waits for ${held.map(({ number }) => `#${number}`).join(", ")} to be done`;
}

/** What people set with GitHub's own means; it tells how many, not which. */
function githubsWord({ blockedBy = 0, run, phase }: Task): string | undefined {
  if (blockedBy === 0 || run !== undefined || phase.at !== "queued") return undefined;
  return `GitHub shows ${blockedBy === 1 ? "an open issue that blocks" : `${blockedBy} open issues that block`} it`;
}

/** The way from an issue back to itself, if there is one: itself first and last. */
export function circleOf(
  number: number,
  waitsFor: readonly number[],
  others: ReadonlyMap<number, readonly number[]>,
): readonly number[] | undefined {
  const ways = waitsFor.map((next) => [number, next]);
  const seen = new Set<number>();
  for (let way = ways.shift(); way !== undefined; way = ways.shift()) {
    const at = way.at(-1) ?? number;
    if (at === number) return way;
    if (seen.has(at)) continue;
    seen.add(at);
    for (const next of others.get(at) ?? []) ways.push([...way, next]);
  }
  return undefined;
}
