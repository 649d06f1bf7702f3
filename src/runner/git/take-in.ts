import type { AgentSide } from "./agent-side.ts";
import type { Finding, IntakeLimits } from "./change-rules.ts";
import { checkCommits } from "./commit-check.ts";
import type { Commit, Sighting } from "./commit-check.ts";
import type { GateRefs } from "./gate-refs.ts";
import { gitArgv, runGitOrThrow } from "./git-command.ts";
import { receive } from "./intake.ts";
import { checkOutgoing } from "./outgoing.ts";
import { changedIn } from "./review-flags.ts";
import type { Flag } from "./review-flags.ts";
import { refs } from "./layout.ts";
import type { Layout } from "./layout.ts";

export interface Numbers {
  readonly files: number;
  readonly additions: number;
  readonly deletions: number;
}

export type TakenIn =
  | ({
      readonly is: "taken";
      readonly sha: string;
      readonly commits: readonly Commit[];
      /** What reviewers should look at twice. */
      readonly flags: readonly Flag[];
      /** The paths that it changes; a bounded number of them. */
      readonly paths: readonly string[];
    } & Numbers)
  | { readonly is: "refused"; readonly findings: readonly Finding[] };

export interface TakeInOptions {
  readonly layout: Layout;
  readonly gateRefs: GateRefs;
  readonly signal?: AbortSignal | undefined;
}

const limitMs = 5 * 60_000;

/**
 * Takes the commits of a workspace into the gate if they pass all checks, and notes the tip as the one commit that may be pushed.
 * @param base the commit of the base branch that the work is measured against; the gate has it.
 */
export async function takeIn(
  options: TakeInOptions,
  side: AgentSide,
  tip: string,
  base: string,
  limits: IntakeLimits,
): Promise<TakenIn> {
  const { layout, gateRefs, signal } = options;
  const { name } = side.desk;
  const [keep, taken] = await Promise.all([gateRefs.read(refs.keep(name)), gateRefs.read(refs.taken(name))]);
  const have = [base, keep, taken].filter((sha) => sha !== undefined);
  const quarantine = await receive(layout, side, { tip, have, mostBytes: limits.packBytes, limitMs });
  if ("kind" in quarantine) return { is: "refused", findings: [quarantine] };

  const at: Sighting = {
    gate: layout.gate,
    run: { cwd: layout.root, environment: quarantine.environment, limitMs, signal },
  };
  try {
    const { findings, commits } = await checkCommits(at, tip, base, limits);
    if (findings.length > 0) return { is: "refused", findings };
    const secrets = await checkOutgoing(at, commits, limits);
    if (secrets.length > 0) return { is: "refused", findings: secrets };
    const [numbers, changed] = await Promise.all([numbersOf(at, tip, base), changedIn(at, tip, base)]);
    await quarantine.admit();
    await gateRefs.set(refs.taken(name), tip);
    return { is: "taken", sha: tip, commits, ...changed, ...numbers };
  } finally {
    await quarantine.drop();
  }
}

/** What a pull request would show. Safe only after the checks: git's diff has no bound of its own. */
async function numbersOf({ gate, run }: Sighting, tip: string, base: string): Promise<Numbers> {
  const options = ["--shortstat", "--no-ext-diff", "--no-textconv", "--merge-base"];
  return parseShortstat(await runGitOrThrow(gitArgv(gate, "diff", ...options, base, tip), run));
}

/** " 3 files changed, 10 insertions(+), 2 deletions(-)", of which each part may be missing. */
export function parseShortstat(text: string): Numbers {
  const number = (words: RegExp) => Number(words.exec(text)?.[1] ?? 0);
  return {
    files: number(/(\d+) files? changed/),
    additions: number(/(\d+) insertion/),
    deletions: number(/(\d+) deletion/),
  };
}
