import type { GateRefs } from "./gate-refs.ts";
import { gitFailed } from "./git-command.ts";
import { wordsOf } from "./git-words.ts";
import { isBranchName, isSha, refs } from "./layout.ts";
import type { Remote } from "./remote.ts";

export type Pushed =
  | { readonly is: "pushed" }
  | { readonly is: "up-to-date" }
  /** Somebody else's commits are on the branch; `tip` is where it stands, undefined if it is gone. */
  | { readonly is: "moved"; readonly tip: string | undefined }
  /** GitHub does not let an App without the `workflows` permission change these. */
  | { readonly is: "workflows-refused"; readonly words: string }
  | { readonly is: "refused"; readonly words: string };

export interface PushOrder {
  readonly sha: string;
  readonly branch: string;
  /**
   * Where the branch must stand at GitHub for its history to be replaced. Without it the push only ever creates the branch or adds
   * commits to it.
   */
  readonly expectedOld?: string | undefined;
}

export interface PushOptions {
  readonly gate: string;
  readonly gateRefs: GateRefs;
  readonly remote: Remote;
  readonly remoteTip: (branch: string) => Promise<string | undefined>;
}

/** Pushes one commit that was taken in from this workspace to one branch; nothing else goes along. Safe to repeat. */
export async function push(
  options: PushOptions,
  name: string,
  { sha, branch, expectedOld }: PushOrder,
): Promise<Pushed> {
  if (!isSha(sha) || !isBranchName(branch) || (expectedOld !== undefined && !isSha(expectedOld))) {
    throw new Error(`not a push order: ${JSON.stringify({ sha, branch, expectedOld })}`);
  }
  const taken = await options.gateRefs.read(refs.taken(name));
  if (taken !== sha) throw new Error(`${sha} of ${name} was not taken in, so it must not be pushed`);

  const to = `refs/heads/${branch}`;
  const lease = expectedOld === undefined ? [] : [`--force-with-lease=${to}:${expectedOld}`];
  const how = [
    "--porcelain",
    "--no-verify",
    "--no-follow-tags",
    "--no-signed",
    "--recurse-submodules=no",
    "--no-progress",
  ];
  const result = await options.remote.call({
    gitDir: options.gate,
    args: ["push", ...how, ...lease, options.remote.url, `${sha}:${to}`],
    limitMs: 10 * 60_000,
  });
  return outcomeOf(result.stdout.toString(), result.stderr, () => options.remoteTip(branch));
}

/** One line per ref, tab-separated: flag, refs, what happened. See "OUTPUT" in git-push(1). */
async function outcomeOf(stdout: string, stderr: string, lookTip: () => Promise<string | undefined>): Promise<Pushed> {
  const [, flag = "", what = ""] = /^([ *+=!-])\t[^\t]*\t(.*)$/m.exec(stdout) ?? [];
  switch (flag) {
    case " ":
    case "*":
    case "+":
      return { is: "pushed" };
    case "=":
      return { is: "up-to-date" };
    case "!":
      if (what.startsWith("[rejected]")) return { is: "moved", tip: await lookTip() };
      if (/workflow/i.test(what)) return { is: "workflows-refused", words: wordsOf(what) };
      return { is: "refused", words: wordsOf(`${remoteWords(stderr)}\n${what}`) };
    default:
      throw gitFailed(["git", "push"], stderr);
  }
}

/** GitHub explains a refusal (a ruleset, push protection) in lines of its own. */
function remoteWords(stderr: string): string {
  const lines = stderr.split(/[\r\n]+/).filter((line) => line.startsWith("remote:"));
  return lines.map((line) => line.slice("remote:".length).trim()).join("\n");
}
