import type { AgentSide } from "./agent-side.ts";
import type { Fetched, Gate } from "./gate.ts";
import { wordsOf } from "./git-words.ts";
import { refs } from "./layout.ts";
import { lookOperation } from "./workspace-look.ts";

export type MergeOfBase =
  | { readonly is: "up-to-date" }
  | { readonly is: "merged"; readonly head: string }
  /** Both sides changed the same lines; the workspace is as it was. */
  | { readonly is: "conflict"; readonly words: string }
  /** Uncommitted changes, or an operation under way. */
  | { readonly is: "busy"; readonly words: string }
  | Extract<Fetched, { readonly is: "unknown-branch" }>;

const limitMs = 5 * 60_000;

/**
 * Merges the newest base into the workspace's branch; from then on the work is measured against that. A merge, not a rebase: what was
 * pushed before stays, and people's commits and reviews with it.
 * @param who the environment that says who commits.
 */
export async function mergeBase(
  gate: Gate,
  side: AgentSide,
  branch: string,
  who: Readonly<Record<string, string>>,
): Promise<MergeOfBase> {
  const fetched = await gate.fetch(branch);
  if (fetched.is === "unknown-branch") return fetched;
  // First of all, so that the agent can merge it, too.
  await side.ask(["update-ref", refs.upstream(branch), fetched.sha]);
  await gate.refs.set(refs.keep(side.desk.name), fetched.sha);
  const operation = await lookOperation(side.desk.admin);
  if (operation !== undefined) return { is: "busy", words: `a ${operation} is under way` };
  const contains = await side.git(["merge-base", "--is-ancestor", fetched.sha, "HEAD"]);
  if (contains.exitCode === 0) return { is: "up-to-date" };
  const message = ["-m", `Merge branch '${branch}'`];
  const how = ["--no-ff", "--quiet", "--no-autostash", "--no-edit", "--no-stat"];
  const merged = await side.git(["merge", ...how, ...message, fetched.sha], { limitMs, environment: who });
  if (merged.exitCode === 0) return { is: "merged", head: (await side.ask(["rev-parse", "HEAD"])).trim() };
  return await stepBack(side, merged.stdout.toString() + merged.stderr);
}

async function stepBack(side: AgentSide, said: string): Promise<MergeOfBase> {
  const words = wordsOf(said);
  if ((await lookOperation(side.desk.admin)) !== "merge") return { is: "busy", words };
  await side.ask(["merge", "--abort"], { limitMs });
  return { is: "conflict", words };
}
