import { existsSync, mkdirSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { usualLimits } from "../../../src/runner/git/change-rules.ts";
import { aRepository, baseOf, commit, git, gitWith, write } from "./a-repository.ts";
import type { Bench } from "./a-repository.ts";

/** A workspace in whose folders an agent can write everything: no wall at all. */
interface Field extends Bench {
  readonly path: string;
  readonly repository: string;
  /** A program that leaves a mark when it runs. */
  readonly evil: string;
}

async function aField(): Promise<Field & { base: string; mark: string }> {
  const bench = await aRepository();
  const base = await baseOf(bench.store);
  const { path } = await bench.store.createWorkspace("w1", base);
  const mark = join(bench.root, "it-ran");
  const evil = join(bench.root, "evil.sh");
  writeFileSync(evil, `#!/bin/sh\necho "$0 $*" >> ${mark}\ncat\n`, { mode: 0o755 });
  return { ...bench, path, base: base.sha, evil, mark, repository: join(bench.repositoryDir, "private", "w1.git") };
}

const hooks = [
  "pre-commit",
  "post-checkout",
  "post-commit",
  "reference-transaction",
  "post-index-change",
  "pre-push",
  "post-merge",
  "pre-rebase",
  "post-rewrite",
];

/** What an agent plants, and the everyday command that would run it. */
const attacks: readonly (readonly [string, (field: Field) => void, readonly string[]])[] = [
  [
    "hooks",
    ({ repository, evil }) => plantHooks(join(repository, "hooks"), evil),
    ["commit", "--allow-empty", "-m", "x"],
  ],
  [
    "hooks at another place",
    ({ path, root, evil }) => (
      plantHooks(join(root, "hooks"), evil), git(path, "config", "core.hooksPath", join(root, "hooks"))
    ),
    ["commit", "--allow-empty", "-m", "x"],
  ],
  ["a file system monitor", ({ path, evil }) => void git(path, "config", "core.fsmonitor", evil), ["status"]],
  [
    "a diff program",
    ({ path, evil }) => (git(path, "config", "diff.external", evil), write(path, { "README.md": "#" })),
    ["diff"],
  ],
  [
    "a signing program",
    ({ path, evil }) => (git(path, "config", "gpg.program", evil), git(path, "config", "commit.gpgSign", "true")),
    ["commit", "--allow-empty", "-m", "x"],
  ],
  ["a signature check", ({ path, evil }) => plantSignature(path, evil), ["log", "-1"]],
  ["a repository inside, with a monitor", ({ path, evil }) => plantNested(path, evil), ["status"]],
  ["a pointer to another repository", ({ path, root, evil }) => plantPointer(path, root, evil), ["status"]],
  [
    "an editor and a pager",
    ({ path, evil }) => (git(path, "config", "core.editor", evil), git(path, "config", "core.pager", evil)),
    ["commit", "--allow-empty"],
  ],
];

test.each(attacks)("%s in a workspace: not run by us, even without a wall", async (_what, plant, everyday) => {
  const { store, path, base, mark, clone, ...field } = await aField();
  commit(path, "Work", { "a.txt": "a\n" });
  write(path, { "b.txt": "not committed\n" });
  plant({ store, path, clone, ...field });
  const head = git(
    path,
    "--git-dir",
    join(field.repository, "worktrees", "w1"),
    "-c",
    "core.fsmonitor=false",
    "rev-parse",
    "HEAD",
  );
  rmSync(mark, { force: true });

  commit(clone, "Meanwhile", { "c.txt": "c\n" });
  git(clone, "push", "--quiet", "origin", "main");
  await store.fetchBase("main");
  await store.createWorkspace("w1", { branch: "main", sha: base });
  await store.createWorkspace("w2", { branch: "main", sha: base });
  expect(await store.lookWorkspace("w1")).toMatchObject({ is: "there", head });
  expect(await store.takeIn("w1", head, base, usualLimits)).toMatchObject({ is: "taken" });
  expect(await store.push("w1", { sha: head, branch: "coppice/w1" })).toEqual({ is: "pushed" });
  expect(await store.saveWork("w1")).toMatchObject({ is: "saved" });
  expect(existsSync(mark)).toBe(false);

  // The very thing would have run otherwise; and the removal doesn't run it either.
  tryGit(path, ...everyday);
  expect(existsSync(mark)).toBe(true);
  rmSync(mark);
  await store.saveWork("w1");
  expect(await store.removeWorkspace("w1")).toBe("removed");
  expect(existsSync(mark)).toBe(false);
});

test("settings that send pushes elsewhere, or ask for the token, have no effect on ours", async () => {
  const { store, path, base, evil, mark, root, server, upstream } = await aField();
  const head = commit(path, "Work", { "a.txt": "a\n" });
  git(root, "init", "--quiet", "--bare", "elsewhere.git");
  const elsewhere = join(root, "elsewhere.git");
  git(path, "config", `url.${elsewhere}.insteadOf`, `${server.url}/sample.git`);
  git(path, "config", "credential.helper", evil);
  git(path, "config", "http.proxy", "http://127.0.0.1:1");
  git(path, "config", "remote.origin.pushurl", elsewhere);
  server.token = "a-token-of-some-length";
  await store.takeIn("w1", head, base, usualLimits);
  expect(await store.push("w1", { sha: head, branch: "coppice/w1" })).toEqual({ is: "pushed" });
  expect(git(upstream, "rev-parse", "refs/heads/coppice/w1")).toBe(head);
  expect(existsSync(mark)).toBe(false);
  expect(git(elsewhere, "for-each-ref")).toBe("");
  tryGit(path, "push", "origin", "HEAD:refs/heads/x");
  expect(git(elsewhere, "for-each-ref")).not.toBe("");
});

test("objects, refs and stashes of one workspace are out of another's sight", async () => {
  const { store, path, base, repositoryDir } = await aField();
  const other = await store.createWorkspace("w2", { branch: "main", sha: base });
  const head = commit(path, "Work", { "a.txt": "a\n" });
  write(path, { "a.txt": "b\n" });
  git(path, "stash");
  expect(() => git(other.path, "cat-file", "-e", head)).toThrow("Command failed");
  expect(git(other.path, "for-each-ref", "--format=%(refname)")).toBe(
    "refs/heads/coppice/w2\nrefs/remotes/origin/main",
  );
  expect(git(other.path, "stash", "list")).toBe("");
  expect(() => git(join(repositoryDir, "gate.git"), "cat-file", "-e", head)).toThrow("Command failed");
});

function plantHooks(folder: string, evil: string): void {
  mkdirSync(folder, { recursive: true });
  for (const name of hooks) writeFileSync(join(folder, name), `#!/bin/sh\nexec ${evil} </dev/null\n`, { mode: 0o755 });
}

function plantSignature(path: string, evil: string): void {
  git(path, "config", "gpg.program", evil);
  git(path, "config", "log.showSignature", "true");
  const [head = "", ...message] = git(path, "cat-file", "commit", "HEAD").split("\n\n");
  const signed = `${head}\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----\n\n${message.join("\n\n")}\n`;
  git(
    path,
    "reset",
    "--quiet",
    "--soft",
    gitWith({ input: signed }, path, "hash-object", "-t", "commit", "-w", "--stdin"),
  );
}

/** git looks into a repository that the index names, with that one's own settings. */
function plantNested(path: string, evil: string): void {
  const inner = join(path, "inner");
  write(inner, { x: "x" });
  git(inner, "init", "--quiet");
  const sha = commit(inner, "Inner");
  git(inner, "config", "core.fsmonitor", evil);
  git(path, "update-index", "--add", "--cacheinfo", `160000,${sha},inner`);
}

function plantPointer(path: string, root: string, evil: string): void {
  const other = join(root, "other");
  git(root, "clone", "--quiet", "--no-checkout", join(root, "clone"), other);
  git(other, "config", "core.fsmonitor", evil);
  unlinkSync(join(path, ".git"));
  write(path, { ".git": `gitdir: ${join(other, ".git")}\n` });
}

/** Whether it succeeds is not the question here. */
function tryGit(path: string, ...args: readonly string[]): void {
  try {
    git(path, ...args);
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith("Command failed"))) throw error;
  }
}
