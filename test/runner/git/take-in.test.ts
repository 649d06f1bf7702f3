import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { usualLimits } from "../../../src/runner/git/change-rules.ts";
import type { IntakeLimits } from "../../../src/runner/git/change-rules.ts";
import { aRepository, baseOf, commit, firstFiles, git, gitWith, write } from "./a-repository.ts";
import type { Bench } from "./a-repository.ts";

interface Work extends Bench {
  readonly path: string;
  readonly base: string;
  readonly gate: string;
  readonly takeIn: (limits?: Partial<IntakeLimits>) => ReturnType<Bench["store"]["takeIn"]>;
}

async function aWorkspace(files?: Readonly<Record<string, string>>): Promise<Work> {
  const bench = await aRepository({}, files);
  const base = await baseOf(bench.store);
  const { path } = await bench.store.createWorkspace("w1", base);
  const takeIn = (limits: Partial<IntakeLimits> = {}) =>
    bench.store.takeIn("w1", git(path, "rev-parse", "HEAD"), base.sha, { ...usualLimits, ...limits });
  return { ...bench, path, base: base.sha, gate: join(bench.repositoryDir, "gate.git"), takeIn };
}

/** A commit on the branch whose tree `git add` would never make. Entries as in `git mktree`. */
function craft(path: string, entries: string, parent = "HEAD"): string {
  const rest = parent === "" ? "" : git(path, "ls-tree", parent);
  const tree = gitWith({ input: `${rest}${rest && "\n"}${entries}\n` }, path, "mktree", "--missing");
  const parents = parent === "" ? [] : ["-p", parent];
  const made = git(path, "commit-tree", tree, ...parents, "-m", "Crafted");
  git(path, "update-ref", "HEAD", made);
  return made;
}

function blob(path: string, content: string | Buffer): string {
  return gitWith({ input: content }, path, "hash-object", "-w", "--stdin");
}

test("good commits are taken in, told, and held by a ref", async () => {
  const { path, takeIn, gate, repositoryDir } = await aWorkspace();
  const one = commit(path, "One", { "a.txt": "1\n2\n" });
  const two = commit(path, "Two", { "README.md": "# Other\n", "src/deep/b.js": "b\n" });
  expect(await takeIn()).toEqual({
    is: "taken",
    sha: two,
    commits: [
      { sha: one, subject: "One" },
      { sha: two, subject: "Two" },
    ],
    flags: [],
    paths: ["README.md", "a.txt", "src/deep/b.js"],
    files: 3,
    additions: 4,
    deletions: 1,
  });
  expect(git(gate, "rev-parse", "refs/coppice/tasks/w1")).toBe(two);
  git(gate, "fsck", "--strict", "--connectivity-only");
  expect(readdirSync(join(repositoryDir, "gate.git", "quarantine"))).toEqual([]);
});

test("taking the same commits in again changes nothing; later ones and rewritten ones follow", async () => {
  const { path, takeIn, gate } = await aWorkspace();
  commit(path, "One", { "a.txt": "a\n" });
  const first = await takeIn();
  const packs = readdirSync(join(gate, "objects", "pack")).length;
  expect(await takeIn()).toEqual(first);
  const two = commit(path, "Two", { "b.txt": "b\n" });
  expect(await takeIn()).toMatchObject({ is: "taken", sha: two, files: 2 });
  git(path, "reset", "--quiet", "--soft", "origin/main");
  const squashed = commit(path, "Both");
  expect(await takeIn()).toMatchObject({ is: "taken", sha: squashed, files: 2, commits: [{ sha: squashed }] });
  expect(packs).toBeGreaterThan(0);
});

test("a workspace without commits has nothing to deliver", async () => {
  const { takeIn, base } = await aWorkspace();
  expect(await takeIn()).toEqual({
    is: "taken",
    sha: base,
    commits: [],
    flags: [],
    paths: [],
    files: 0,
    additions: 0,
    deletions: 0,
  });
});

test.each<[string, string, (work: Work) => void]>([
  [
    "a link out of the tree",
    "link",
    ({ path }) => (symlinkSync("../../etc/passwd", join(path, "l")), commit(path, "L")),
  ],
  ["an absolute link", "link", ({ path }) => (symlinkSync("/etc/passwd", join(path, "l")), commit(path, "L"))],
  [
    "a link that goes out by way of another",
    "link",
    ({ path }) => (symlinkSync("src/../../x", join(path, "l")), commit(path, "L")),
  ],
  ["a link into .git", "link", ({ path }) => (symlinkSync(".git/config", join(path, "l")), commit(path, "L"))],
  [
    "a link with a target of 10 kB",
    "link",
    ({ path }) => craft(path, `120000 blob ${blob(path, "a/".repeat(5000))}\tl`),
  ],
  ["a submodule", "submodule", ({ path, base }) => craft(path, `160000 commit ${base}\tsub`)],
  [
    "a .gitmodules file",
    "submodule",
    ({ path }) => commit(path, "M", { ".gitmodules": '[submodule "x"]\n\tpath = x\n\turl = https://example.com/x\n' }),
  ],
  ["a file of 11 MB", "file-too-large", ({ path }) => commit(path, "B", { big: randomBytes(11 * 1024 * 1024) })],
  ["300 MB of nothing", "file-too-large", ({ path }) => commit(path, "B", { big: Buffer.alloc(300 * 1024 * 1024) })],
  ["a workflow file", "protected", ({ path }) => commit(path, "W", { ".github/workflows/.ci.yml": "on: push\n" })],
  [
    "a workflow file in other letters",
    "protected",
    ({ path }) => commit(path, "W", { ".github/WorkFlows/ci.yml": "on: push\n" }),
  ],
  ["a name with a line end", "name", ({ path }) => commit(path, "N", { "a\nb": "x" })],
  ["a name that turns the reading direction", "name", ({ path }) => commit(path, "N", { "a\u202etxt.exe": "x" })],
  ["a name that is no text", "name", ({ path }) => craftLatin1(path)],
  ["a name with a backslash", "name", ({ path }) => commit(path, "N", { "..\\x": "x" })],
  ["a name that is .git elsewhere", "name", ({ path }) => craft(path, `100644 blob ${blob(path, "x")}\tgit~2`)],
  ["a very long name", "name", ({ path }) => commit(path, "N", { [`${"d".repeat(200)}/${"f".repeat(201)}`]: "x" })],
  ["a folder .GIT", "broken", ({ path }) => craft(path, `040000 tree ${git(path, "rev-parse", "HEAD^{tree}")}\t.GIT`)],
  [
    "a commit without history in common",
    "unrelated",
    ({ path }) => craft(path, `100644 blob ${blob(path, "x")}\tx`, ""),
  ],
  ["a commit whose file is missing", "broken", ({ path }) => craft(path, `100644 blob ${"1".repeat(40)}\tx`)],
  ["70 folders in each other", "name", ({ path }) => commit(path, "D", { [`${"d/".repeat(70)}f`]: "x" })],
])("%s is refused (%s)", async (_what, kind, work) => {
  const bench = await aWorkspace();
  work(bench);
  const before = readdirSync(join(bench.gate, "objects", "pack"));
  const result = await bench.takeIn();
  expect(result).toMatchObject({
    is: "refused",
    findings: [expect.objectContaining({ kind, words: expect.any(String) })],
  });
  expect(git(bench.gate, "for-each-ref", "refs/coppice/tasks")).toBe("");
  expect(readdirSync(join(bench.gate, "objects", "pack"))).toEqual(before);
  expect(readdirSync(join(bench.gate, "quarantine"))).toEqual([]);
});

function craftLatin1(path: string): void {
  const entry = Buffer.concat([
    Buffer.from(`100644 blob ${blob(path, "x")}\tcaf`),
    Buffer.from([0xe9]),
    Buffer.from("\0"),
  ]);
  const tree = gitWith({ input: entry }, path, "mktree", "-z");
  git(path, "update-ref", "HEAD", git(path, "commit-tree", tree, "-p", "HEAD", "-m", "Latin"));
}

test("what one commit brings and the next takes away is refused all the same", async () => {
  const { path, takeIn } = await aWorkspace();
  const evil = commit(path, "In", { ".github/workflows/x.yml": "on: push\n" });
  rmSync(join(path, ".github"), { recursive: true });
  const out = commit(path, "Out");
  expect(await takeIn()).toMatchObject({
    is: "refused",
    findings: [
      { kind: "protected", path: ".github/workflows/x.yml", commit: evil },
      { kind: "protected", path: ".github/workflows/x.yml", commit: out },
    ],
  });
});

test("taking a protected file away, or putting a file in its folder's place, is refused", async () => {
  const { path, takeIn } = await aWorkspace({ ...firstFiles, ".github/workflows/ci.yml": "on: push\n" });
  rmSync(join(path, ".github"), { recursive: true });
  commit(path, "Replace", { ".github": "a file now" });
  expect(await takeIn()).toMatchObject({ findings: [{ kind: "protected", path: ".github/workflows/ci.yml" }] });
});

test("the paths that the policy protects are refused by glob", async () => {
  const { path, takeIn } = await aWorkspace();
  commit(path, "Own", { "docs/.hidden/CODEOWNERS": "*\n" });
  expect(await takeIn({ protectedPaths: ["**/CODEOWNERS"] })).toMatchObject({ findings: [{ kind: "protected" }] });
  expect(await takeIn({ protectedPaths: ["CODEOWNERS", "src"] })).toMatchObject({ is: "taken" });
});

test("links that stay in the tree, executables and deep folders pass", async () => {
  const { path, takeIn } = await aWorkspace();
  mkdirSync(join(path, "a", "b"), { recursive: true });
  symlinkSync("../../src/main.js", join(path, "a", "b", "up"));
  symlinkSync("a/b", join(path, "down"));
  write(path, { "run.sh": "#!/bin/sh\n", "spaß/日本.txt": "x" });
  git(path, "add", "--all");
  git(path, "update-index", "--chmod=+x", "run.sh");
  commit(path, "Fine");
  expect(await takeIn()).toMatchObject({ is: "taken", files: 4 });
});

test("what upstream changed meanwhile may come along in a merge or under a rebase", async () => {
  const { path, takeIn, clone, store } = await aWorkspace();
  commit(path, "Mine", { "mine.txt": "x" });
  const theirs = commit(clone, "Theirs", { ".github/workflows/ci.yml": "on: push\n", "theirs.txt": "x" });
  git(clone, "push", "--quiet", "origin", "main");
  await store.fetchBase("main");
  git(path, "merge", "--quiet", "--no-edit", theirs);
  expect(await takeIn()).toMatchObject({ is: "taken", commits: [{ subject: "Mine" }, { subject: /Merge/ }] });
});

test("an evil merge, whose content is in none of its parents, is refused", async () => {
  const { path, takeIn, clone, store } = await aWorkspace();
  commit(path, "Mine", { "mine.txt": "x" });
  const theirs = commit(clone, "Theirs", { "theirs.txt": "x" });
  git(clone, "push", "--quiet", "origin", "main");
  await store.fetchBase("main");
  git(path, "merge", "--quiet", "--no-commit", theirs);
  commit(path, "Merge", { ".github/workflows/ci.yml": "on: push\n" });
  expect(await takeIn()).toMatchObject({ findings: [{ kind: "protected" }] });
});

test("a tree of ten objects that names 10^10 files is refused in time", async () => {
  const { path, takeIn } = await aWorkspace();
  let entry = `100644 blob ${blob(path, "x")}`;
  for (let layer = 0; layer < 10; layer += 1) {
    const tree = gitWith(
      { input: Array.from({ length: 10 }, (_, index) => `${entry}\t${index}\n`).join("") },
      path,
      "mktree",
    );
    entry = `040000 tree ${tree}`;
  }
  craft(path, `${entry}\tbomb`);
  expect(await takeIn()).toMatchObject({ findings: [{ kind: "too-many-changes" }] });
});

test("too many commits, changes or bytes are refused", async () => {
  const { path, takeIn } = await aWorkspace();
  for (const name of ["a", "b", "c"]) commit(path, name, { [name]: randomBytes(20_000) });
  expect(await takeIn({ commits: 2 })).toMatchObject({ findings: [{ kind: "too-many-commits" }] });
  expect(await takeIn({ changes: 2 })).toMatchObject({ findings: [{ kind: "too-many-changes" }] });
  expect(await takeIn({ packBytes: 10_000 })).toMatchObject({ findings: [{ kind: "too-large" }] });
  expect(await takeIn()).toMatchObject({ is: "taken" });
});

test("replace refs in the workspace do not change what is checked", async () => {
  const { path, takeIn } = await aWorkspace();
  const evil = commit(path, "W", { ".github/workflows/x.yml": "on: push\n" });
  const good = git(
    path,
    "commit-tree",
    git(path, "rev-parse", "origin/main^{tree}"),
    "-p",
    "origin/main",
    "-m",
    "Good",
  );
  git(path, "replace", evil, good);
  expect(await takeIn()).toMatchObject({ findings: [{ kind: "protected", commit: evil }] });
});

test("a subject can't play tricks on whoever reads it", async () => {
  const { path, takeIn } = await aWorkspace();
  commit(path, `\u001b[31m${"x".repeat(300)}`, { a: "a" });
  const taken = await takeIn();
  const subject = taken.is === "taken" ? taken.commits[0]?.subject : "";
  expect(subject).toMatch(/^\ufffd\[31mx+$/);
  expect(subject).toHaveLength(200);
});
