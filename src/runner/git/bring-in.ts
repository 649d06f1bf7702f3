import type { AgentSide } from "./agent-side.ts";
import type { Fetched, Gate } from "./gate.ts";
import { wordsOf } from "./git-words.ts";
import { refs } from "./layout.ts";
import { lookOperation } from "./workspace-look.ts";

export type BroughtIn =
  /** `tip`: where the branch stands at GitHub, all of it in the workspace. */
  | { readonly is: "up-to-date"; readonly tip: string }
  | { readonly is: "brought-in"; readonly head: string }
  /** Both sides changed the same lines; the workspace is as it was. */
  | { readonly is: "conflict"; readonly words: string }
  /** Uncommitted changes, or an operation under way. */
  | { readonly is: "busy"; readonly words: string }
  | Extract<Fetched, { readonly is: "unknown-branch" }>;

const limitMs = 5 * 60_000;

/**
 * Brings what people pushed to a branch under the agent's own commits. Their objects are in sight of the workspace as soon as the gate has
 * them; the rest happens on the agent's side of the wall.
 */
export async function bringIn(gate: Gate, side: AgentSide, branch: string): Promise<BroughtIn> {
  const fetched = await gate.fetch(branch);
  if (fetched.is === "unknown-branch") return fetched;
  await side.ask(["update-ref", refs.upstream(branch), fetched.sha]);
  const operation = await lookOperation(side.desk.admin);
  if (operation !== undefined) return { is: "busy", words: `a ${operation} is under way` };
  const isAncestor = async (one: string, other: string) =>
    (await side.git(["merge-base", "--is-ancestor", one, other])).exitCode === 0;
  if (await isAncestor(fetched.sha, "HEAD")) return { is: "up-to-date", tip: fetched.sha };
  const onlyTheirs = await isAncestor("HEAD", fetched.sha);
  const args = onlyTheirs
    ? ["merge", "--ff-only", "--quiet", fetched.sha]
    : ["rebase", "--quiet", "--no-autostash", fetched.sha];
  const moved = await side.git(args, { limitMs, environment: committer });
  if (moved.exitCode === 0) return { is: "brought-in", head: (await side.ask(["rev-parse", "HEAD"])).trim() };
  return stepBack(side, moved.stdout.toString() + moved.stderr);
}

async function stepBack(side: AgentSide, said: string): Promise<BroughtIn> {
  const words = wordsOf(said);
  if (!/CONFLICT|could not apply/.test(said)) return { is: "busy", words };
  await side.ask(["rebase", "--abort"], { limitMs });
  return { is: "conflict", words };
}

/** The authors stay who they are. */
const committer = { GIT_COMMITTER_NAME: "Coppice", GIT_COMMITTER_EMAIL: "coppice@localhost" };
