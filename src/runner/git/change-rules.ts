import { createHash } from "node:crypto";
import { posix } from "node:path";
import { hasInvisible, visible } from "./git-words.ts";
import { matchesPath } from "./path-glob.ts";
import { mostDepth } from "./tree-changes.ts";
import type { Change } from "./tree-changes.ts";

/** What may come out of a workspace. */
export interface IntakeLimits {
  readonly commits: number;
  /** Changed paths, summed up over all commits. */
  readonly changes: number;
  readonly packBytes: number;
  /** Of one file in any of the commits. */
  readonly fileBytes: number;
  readonly pathBytes: number;
  /** Of files and messages, summed up over all commits: no more is searched for secrets. */
  readonly searchedBytes: number;
  /** Globs of paths that an agent must not touch. Small and capital letters count as the same. */
  readonly protectedPaths: readonly string[];
  /** People's own rules; the findings that they let pass are named here. */
  readonly isAllowed?: (finding: Finding) => boolean;
  /** Whether a text holds a secret of the service's own. */
  readonly holdsOwnSecret?: (text: string) => boolean;
  /** The only issue that a commit's message may close. Undefined: any. */
  readonly mayClose?: number;
}

/** GitHub refuses workflow files from an App without the `workflows` permission, which we don't ask for. */
const workflowPath = ".github/workflows";

export const usualLimits: IntakeLimits = {
  commits: 500,
  changes: 3_000,
  packBytes: 50 * 1024 * 1024,
  fileBytes: 10 * 1024 * 1024,
  searchedBytes: 100 * 1024 * 1024,
  pathBytes: 400,
  protectedPaths: [],
};

/** A reason to refuse what an agent made, fit to be shown. */
export interface Finding {
  readonly kind:
    | "broken"
    | "unrelated"
    | "too-many-commits"
    | "too-many-changes"
    | "too-large"
    | "file-too-large"
    | "name"
    | "mode"
    | "submodule"
    | "link"
    | "protected"
    | "secret"
    | "message";
  readonly words: string;
  readonly path?: string;
  readonly commit?: string;
  /** Nobody can allow it, though it is of a kind that people may allow. */
  readonly isFinal?: boolean;
}

/** By what people allow a finding in the commits that end at `tip`; undefined where it would harm others, or GitHub refuses it anyway. */
export function allowanceOf(finding: Finding, tip: string): string | undefined {
  const { kind, words, isFinal = false } = finding;
  if (isFinal || (kind !== "secret" && kind !== "protected" && kind !== "message")) return undefined;
  return createHash("sha256").update([tip, kind, words].join("\0")).digest("hex").slice(0, 8);
}

/** What is wrong with a change as far as its name and kind tell; sizes and link targets need the object itself. */
export function judgeChange(change: Change, limits: IntakeLimits): Omit<Finding, "commit">[] {
  const path = visible(change.path);
  const found = (kind: Finding["kind"], words: string) => ({ kind, path, words: `${path}: ${words}` });
  const findings: Omit<Finding, "commit">[] = [];
  if (matchesPath(change.path, workflowPath))
    findings.push({ ...found("protected", "agents may not change workflows"), isFinal: true });
  else if (limits.protectedPaths.some((glob) => matchesPath(change.path, glob)))
    findings.push(found("protected", "agents may not change this path unless people allow it"));
  if (change.after === undefined) return findings;

  const oddity = oddityOf(change, limits);
  if (oddity !== undefined) findings.push(found("name", oddity));
  if (posix.basename(change.path).toLowerCase() === ".gitmodules")
    findings.push(found("submodule", "submodules are not delivered"));
  const trouble = modes.get(change.after.mode);
  if (trouble === undefined)
    findings.push(found("mode", `a file of mode ${visible(change.after.mode)} is not delivered`));
  else if (trouble !== "fine") findings.push(found(trouble.kind, trouble.words));
  return findings;
}

const modes = new Map<string, "fine" | { readonly kind: Finding["kind"]; readonly words: string }>([
  ["100644", "fine"],
  ["100755", "fine"],
  ["120000", "fine"],
  ["160000", { kind: "submodule", words: "a repository inside the repository is not delivered" }],
  ["40000", { kind: "name", words: `more than ${mostDepth} folders deep` }],
]);

function oddityOf({ path, isText }: Change, limits: IntakeLimits): string | undefined {
  if (!isText) return "the name is no UTF-8 text";
  if (hasInvisible(path)) return "the name has control or invisible characters";
  if (path.includes("\\")) return "the name has a backslash";
  if (Buffer.byteLength(path) > limits.pathBytes) return `the name is longer than ${limits.pathBytes} bytes`;
  return path.split("/").some(isGitFolder) ? "the name means Git's own folder on some machine" : undefined;
}

/** What Windows and macOS take for `.git`, besides `.git` itself. */
function isGitFolder(name: string): boolean {
  return /^(\.git|git~\d+)[ .]*(:.*)?$/i.test(name) || name === "." || name === ".." || name === "";
}

/**
 * Whether a link stays in the tree. Only targets that go up first and then down are believed: `a/../b` may leave the tree when
 * `a` is a link itself.
 */
export function isLinkInside(path: string, target: string): boolean {
  if (
    target === "" ||
    target.startsWith("/") ||
    /^[A-Za-z]:/.test(target) ||
    target.includes("\\") ||
    hasInvisible(target)
  )
    return false;
  const steps = target.split("/").filter((step) => step !== "." && step !== "");
  const ups = steps.findIndex((step) => step !== "..");
  const goesUp = ups < 0 ? steps.length : ups;
  const down = steps.slice(goesUp);
  return goesUp < path.split("/").length && !down.includes("..") && !down.some(isGitFolder);
}
