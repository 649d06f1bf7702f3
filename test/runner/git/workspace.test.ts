import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { usualLimits } from "../../../src/runner/git/change-rules.ts";
import { aRepository, baseOf, commit, git, gitWith, person, write } from "./a-repository.ts";
import { startStore } from "./store-process.ts";

test("a workspace is a git worktree on a branch of its own, and the workshop lists it", async () => {
  const { store, repositoryDir } = await aRepository();
  const base = await baseOf(store);
  const workspace = await store.createWorkspace("issue-1-fix", base);
  expect(workspace).toMatchObject({
    branch: "coppice/issue-1-fix",
    baseSha: base.sha,
    path: join(repositoryDir, "trees", "issue-1-fix"),
  });
  expect(readFileSync(join(workspace.path, "README.md"), "utf8")).toBe("# Sample\n");
  expect(git(workspace.path, "symbolic-ref", "HEAD")).toBe("refs/heads/coppice/issue-1-fix");
  expect(git(workspace.path, "rev-parse", "origin/main")).toBe(base.sha);
  const listed = git(join(repositoryDir, "workshop.git"), "worktree", "list", "--porcelain");
  expect(listed).toContain(
    `worktree ${workspace.path}\nHEAD ${base.sha}\nbranch refs/heads/coppice/issue-1-fix\nlocked`,
  );
  expect(await store.listWorkspaces()).toEqual(["issue-1-fix"]);
});

test("a workspace copies no objects, and git works in it without any variable set", async () => {
  const { store, repositoryDir } = await aRepository();
  const workspace = await store.createWorkspace("w1", await baseOf(store));
  const objects = join(repositoryDir, "private", "w1.git", "objects");
  expect(readdirSync(objects).toSorted()).toEqual(["info", "pack"]);
  commit(workspace.path, "One", { "one.txt": "1\n" });
  git(workspace.path, "stash", "list");
  write(workspace.path, { "README.md": "# Other\n" });
  git(workspace.path, "stash");
  git(workspace.path, "stash", "pop");
  git(workspace.path, "branch", "side");
  git(workspace.path, "rebase", "--autostash", "origin/main");
  expect(readdirSync(objects).length).toBeGreaterThan(2);
  const gate = join(repositoryDir, "gate.git");
  expect(git(gate, "for-each-ref", "--format=%(refname)")).toBe("refs/coppice/keep/w1\nrefs/remotes/origin/main");
  expect(gitWith({}, gate, "count-objects", "-v")).toContain("garbage: 0");
});

test("asked again, the same workspace is found as it is", async () => {
  const { store, clone } = await aRepository();
  const base = await baseOf(store);
  const { path } = await store.createWorkspace("w1", base);
  const head = commit(path, "One", { "one.txt": "1\n" });
  const newer = commit(clone, "Go on", { "a.txt": "a\n" });
  git(clone, "push", "--quiet", "origin", "main");
  await store.fetchBase("main");
  expect(await store.createWorkspace("w1", { branch: "main", sha: newer })).toMatchObject({ baseSha: base.sha });
  expect(git(path, "rev-parse", "HEAD")).toBe(head);
});

test("twenty workspaces of one repository are made at once", async () => {
  const { store, repositoryDir } = await aRepository();
  const base = await baseOf(store);
  const names = Array.from({ length: 20 }, (_, index) => `w${String(index).padStart(2, "0")}`);
  await Promise.all(names.map((name) => store.createWorkspace(name, base)));
  expect(await store.listWorkspaces()).toEqual(names);
  const looks = await Promise.all(names.map((name) => store.lookWorkspace(name)));
  expect(looks.map((look) => look.is === "there" && look.branch)).toEqual(names.map((name) => `coppice/${name}`));
  expect(git(join(repositoryDir, "workshop.git"), "worktree", "list").split("\n")).toHaveLength(21);
});

test("the same workspace asked for twice at once is made once", async () => {
  const { store } = await aRepository();
  const base = await baseOf(store);
  const [one, two] = await Promise.all([store.createWorkspace("w1", base), store.createWorkspace("w1", base)]);
  expect(one).toEqual(two);
});

test.each([
  ["before git began", `echo $$ > "$MARK"; exec sleep 600`],
  ["after git was done", `"$@" && echo $$ > "$MARK"; exec sleep 600`],
])("a creation killed %s is made whole by the next one", async (_when, line) => {
  const { store, server, root, repositoryDir } = await aRepository();
  const mark = join(root, "mark");
  const wall = line.replace("$MARK", mark);
  const child = await startStore({ repositoryDir, remoteUrl: `${server.url}/sample.git`, does: "create", wall });
  await expect.poll(() => existsSync(mark) && readFileSync(mark, "utf8"), { timeout: 30_000 }).toMatch(/^\d+\n/);
  await child.kill();
  process.kill(Number(readFileSync(mark, "utf8")), "SIGKILL");

  expect(await store.lookWorkspace("w1")).toEqual({ is: "absent" });
  const base = await baseOf(store);
  await store.createWorkspace("w1", base);
  expect(await store.lookWorkspace("w1")).toMatchObject({
    is: "there",
    head: base.sha,
    branch: "coppice/w1",
    uncommitted: 0,
  });
});

test("what is left of a creation goes with the workspace", async () => {
  const { store, repositoryDir } = await aRepository();
  await baseOf(store);
  mkdirSync(join(repositoryDir, "trees", "w1"), { recursive: true });
  expect(await store.removeWorkspace("w1")).toBe("removed");
  expect(readdirSync(join(repositoryDir, "trees"))).toEqual([]);
});

test.each(["../x", "a/b", "", "a b", ".git", "a".repeat(101)])("%j is no name for a workspace", async (name) => {
  const { store } = await aRepository();
  expect(() => store.workspaceAt(name)).toThrow(/not a name/);
});

test("a look tells commits, lines, and what is not committed", async () => {
  const { store } = await aRepository();
  const base = await baseOf(store);
  const { path } = await store.createWorkspace("w1", base);
  commit(path, "One", { "one.txt": "1\n2\n" });
  const head = commit(path, "Two \u202ehidden", { "README.md": "# Other\n" });
  write(path, {
    "README.md": "# Third\n",
    "new.txt": "n",
    "folder/a.txt": "a",
    "folder/b.txt": "b",
    "ignored/x": "x",
    "y.log": "y",
  });
  expect(await store.lookWorkspace("w1")).toEqual({
    is: "there",
    baseSha: base.sha,
    head,
    branch: "coppice/w1",
    commitsAhead: 2,
    changedFiles: 2,
    additions: 3,
    deletions: 1,
    lastSubject: "Two \ufffdhidden",
    uncommitted: 3,
    changes: expect.stringMatching(/^[0-9a-f]{16}$/),
    untracked: 2,
    midOperation: undefined,
  });
});

test("a look tells the operation that git is in the middle of", async () => {
  const { store } = await aRepository();
  const { path } = await store.createWorkspace("w1", await baseOf(store));
  const first = git(path, "rev-parse", "HEAD");
  commit(path, "Ours", { "README.md": "# Ours\n" });
  git(path, "checkout", "--quiet", "-b", "side", first);
  commit(path, "Theirs", { "README.md": "# Theirs\n" });
  git(path, "checkout", "--quiet", "coppice/w1");
  const midOperation = async () => {
    const look = await store.lookWorkspace("w1");
    return look.is === "there" ? [look.midOperation, look.branch] : look;
  };
  expect(() => git(path, "merge", "side")).toThrow("Command failed");
  expect(await midOperation()).toEqual(["merge", "coppice/w1"]);
  git(path, "merge", "--abort");
  expect(() => git(path, "rebase", "side")).toThrow("Command failed");
  expect(await midOperation()).toEqual(["rebase", undefined]);
  git(path, "rebase", "--abort");
  expect(() => git(path, "cherry-pick", "side")).toThrow("Command failed");
  expect(await midOperation()).toEqual(["cherry-pick", "coppice/w1"]);
  git(path, "cherry-pick", "--abort");
  expect(await midOperation()).toEqual([undefined, "coppice/w1"]);
});

test("a look leaves the agent's index alone, and its lock", async () => {
  const { store, repositoryDir } = await aRepository();
  const { path } = await store.createWorkspace("w1", await baseOf(store));
  const index = join(repositoryDir, "private", "w1.git", "worktrees", "w1", "index");
  const later = new Date(Date.now() + 5_000);
  utimesSync(join(path, "README.md"), later, later);
  const before = readFileSync(index, "base64");
  expect(await store.lookWorkspace("w1")).toMatchObject({ is: "there", uncommitted: 0 });
  expect(readFileSync(index, "base64")).toBe(before);
  writeFileSync(`${index}.lock`, "");
  expect(await store.lookWorkspace("w1")).toMatchObject({ is: "there", uncommitted: 0 });
  // Any other git would have written down what it found.
  rmSync(`${index}.lock`);
  git(path, "status");
  expect(readFileSync(index, "base64")).not.toBe(before);
});

test("what never was is absent; what is broken, missing or stuck is unknown, never absent", async () => {
  const { store, reopen, repositoryDir } = await aRepository();
  const base = await baseOf(store);
  expect(await store.lookWorkspace("w1")).toEqual({ is: "absent" });
  const make = async (name: string) => (await store.createWorkspace(name, base)).path;
  const admin = (name: string) => join(repositoryDir, "private", `${name}.git`, "worktrees", name);

  rmSync(await make("gone"), { recursive: true });
  expect(await store.lookWorkspace("gone")).toEqual({ is: "treeless" });
  await expect(store.createWorkspace("gone", base)).rejects.toMatchObject({ code: "WORKSPACE_DAMAGED" });

  await make("broken");
  writeFileSync(join(admin("broken"), "HEAD"), "nonsense\n");
  expect(await store.lookWorkspace("broken")).toMatchObject({ is: "unknown" });

  const orphan = await make("orphan");
  git(orphan, "checkout", "--quiet", "--orphan", "nothing");
  expect(await store.lookWorkspace("orphan")).toMatchObject({ is: "unknown" });

  await make("stuck");
  unlinkSync(join(admin("stuck"), "HEAD"));
  execFileSync("sh", ["-c", 'mkfifo "$0"', join(admin("stuck"), "HEAD")]);
  const impatient = reopen({ signal: AbortSignal.timeout(1_500) });
  expect(await impatient.lookWorkspace("stuck")).toMatchObject({
    is: "unknown",
    reason: expect.stringMatching(/stopped|did not end/),
  });
  expect(await impatient.lookWorkspace("nothing")).toEqual({ is: "absent" });
  await store.createWorkspace("another", base);
});

test("a folder that somebody deleted is made again, with all that was committed and staged", async () => {
  const { store, repositoryDir } = await aRepository();
  const base = await baseOf(store);
  const { path } = await store.createWorkspace("w1", base);
  const head = commit(path, "One", { "one.txt": "1\n", "deep/two.txt": "2\n" });
  write(path, { "staged.txt": "staged\n" });
  git(path, "add", ".");
  write(path, { "lost.txt": "in no commit and not staged\n" });
  rmSync(path, { recursive: true });
  expect(await store.lookWorkspace("w1")).toEqual({ is: "treeless" });
  await store.remakeTree("w1");
  expect(await store.lookWorkspace("w1")).toMatchObject({ is: "there", head, commitsAhead: 1, uncommitted: 1 });
  expect(git(path, "status", "--short")).toBe("A  staged.txt");
  expect(readFileSync(join(path, "deep", "two.txt"), "utf8")).toBe("2\n");

  // As it is after we died while it was made.
  rmSync(join(path, "one.txt"));
  writeFileSync(join(repositoryDir, "private", "w1.git", "worktrees", "w1", "coppice-makes-the-tree"), "");
  expect(await store.lookWorkspace("w1")).toEqual({ is: "treeless" });
  await store.remakeTree("w1");
  expect(git(path, "status", "--short")).toBe("A  staged.txt");

  write(path, { "one.txt": "changed\n" });
  await store.remakeTree("w1");
  expect(readFileSync(join(path, "one.txt"), "utf8")).toBe("changed\n");
});

test("a workspace with unsaved work is not removed; once it is saved it is, and its work is kept", async () => {
  const { store, repositoryDir } = await aRepository();
  const base = await baseOf(store);
  const { path } = await store.createWorkspace("w1", base);
  write(path, { "new.txt": "work\n" });
  expect(await store.removeWorkspace("w1")).toBe("holds-unsaved-work");
  expect(readFileSync(join(path, "new.txt"), "utf8")).toBe("work\n");

  const saved = await store.saveWork("w1");
  expect(await store.removeWorkspace("w1")).toBe("removed");
  expect(await store.removeWorkspace("w1")).toBe("removed");
  expect(await store.saveWork("w1")).toEqual({ is: "nothing-to-save" });
  expect(await store.lookWorkspace("w1")).toEqual({ is: "absent" });
  expect(existsSync(path)).toBe(false);
  const gate = join(repositoryDir, "gate.git");
  expect(saved.is).toBe("saved");
  expect(git(gate, "for-each-ref", "--format=%(refname)")).toBe(
    `${saved.is === "saved" && saved.ref}\nrefs/remotes/origin/main`,
  );
  expect(git(gate, "show", `${saved.is === "saved" && saved.sha}:new.txt`)).toBe("work");
});

test("work that comes after the saving holds the removal up again", async () => {
  const { store } = await aRepository();
  const { path } = await store.createWorkspace("w1", await baseOf(store));
  write(path, { "new.txt": "work\n" });
  await store.saveWork("w1");
  write(path, { "new.txt": "more work\n" });
  expect(await store.removeWorkspace("w1")).toBe("holds-unsaved-work");
});

test.each<[string, (path: string) => void]>([
  ["a commit", (path) => void commit(path, "One", { "a.txt": "a" })],
  ["a stash", (path) => (write(path, { "README.md": "#" }), git(path, "stash"))],
  [
    "an older stash",
    (path) => (
      write(path, { "README.md": "#" }), git(path, "stash"), write(path, { "README.md": "" }), git(path, "stash")
    ),
  ],
  [
    "a commit on another branch",
    (path) => (git(path, "checkout", "-qb", "x"), commit(path, "One", { a: "" }), git(path, "checkout", "-q", "-")),
  ],
  [
    "something staged and then changed back",
    (path) => (write(path, { "README.md": "#" }), git(path, "add", "."), write(path, { "README.md": "# Sample\n" })),
  ],
])("%s counts as unsaved work", async (_what, work) => {
  const { store } = await aRepository();
  const { path } = await store.createWorkspace("w1", await baseOf(store));
  work(path);
  expect(await store.removeWorkspace("w1")).toBe("holds-unsaved-work");
  expect(await store.saveWork("w1")).toMatchObject({ is: "saved" });
  expect(await store.removeWorkspace("w1")).toBe("removed");
});

test("an untouched workspace goes without saving, and a look that fails removes nothing", async () => {
  const { store, repositoryDir } = await aRepository();
  const base = await baseOf(store);
  await store.createWorkspace("clean", base);
  expect(await store.saveWork("clean")).toEqual({ is: "nothing-to-save" });
  expect(await store.removeWorkspace("clean")).toBe("removed");

  const { path } = await store.createWorkspace("broken", base);
  writeFileSync(join(repositoryDir, "private", "broken.git", "worktrees", "broken", "HEAD"), "nonsense\n");
  await expect(store.removeWorkspace("broken")).rejects.toMatchObject({ name: "KnownError" });
  expect(existsSync(path)).toBe(true);
});

test("a delivered commit is kept when the workspace goes, though GitHub may forget the branch", async () => {
  const { store } = await aRepository();
  const base = await baseOf(store);
  const { path } = await store.createWorkspace("w1", base);
  const head = commit(path, "One", { "a.txt": "a\n" });
  await store.takeIn("w1", head, base.sha, usualLimits);
  expect(await store.removeWorkspace("w1")).toBe("removed");
  expect(await store.savedWork("w1")).toHaveLength(1);
});

test("the trash is emptied of folders that nobody may write", async () => {
  const { store, repositoryDir } = await aRepository();
  const { path } = await store.createWorkspace("w1", await baseOf(store));
  write(path, { "ignored/deep/file": "x" });
  chmodSync(join(path, "ignored", "deep"), 0o500);
  expect(await store.removeWorkspace("w1")).toBe("removed");
  await store.sweep();
  expect(readdirSync(join(repositoryDir, "trash"))).toEqual([]);
});

test("commits by the agent carry the identity that was given", async () => {
  const { store } = await aRepository();
  const { path, environment } = await store.createWorkspace("w1", await baseOf(store));
  write(path, { "a.txt": "a" });
  const agent = { PATH: person["PATH"], HOME: "/nonexistent", ...environment };
  execFileSync("git", ["add", "."], { cwd: path, env: agent });
  execFileSync("git", ["commit", "-qm", "One"], { cwd: path, env: agent });
  expect(git(path, "log", "-1", "--format=%an <%ae> %cn <%ce>")).toBe(
    "Agent <agent@example.com> Agent <agent@example.com>",
  );
});

test("the gate's small packs are joined, and nothing that a workspace borrows is lost", async () => {
  const { store, clone, repositoryDir } = await aRepository();
  const { path } = await store.createWorkspace("w1", await baseOf(store));
  for (let round = 0; round < 21; round += 1) {
    commit(clone, `Round ${round}`, { "round.txt": `${round}\n`.repeat(200) });
    git(clone, "push", "--quiet", "--force", "origin", "main");
    const { sha } = await baseOf(store);
    if (round === 10) git(path, "reset", "--quiet", "--hard", sha);
    git(clone, "commit", "--quiet", "--amend", "--message", "Rewritten");
  }
  const packs = () =>
    readdirSync(join(repositoryDir, "gate.git", "objects", "pack")).filter((name) => name.endsWith(".pack"));
  expect(packs().length).toBeGreaterThan(20);
  await store.sweep();
  expect(packs().length).toBeLessThan(10);
  git(path, "fsck", "--connectivity-only");
  expect(await store.lookWorkspace("w1")).toMatchObject({ is: "there", uncommitted: 0 });
});

test("a workspace whose branch never ends takes no more than a bounded part of the memory", async () => {
  const { store } = await aRepository();
  const { path, branch } = await store.createWorkspace("w1", await baseOf(store));
  const ref = join(git(path, "rev-parse", "--path-format=absolute", "--git-common-dir"), "refs", "heads", branch);
  rmSync(ref);
  symlinkSync("/dev/zero", ref);
  const look = await store.lookWorkspace("w1");
  expect(look).toMatchObject({ is: "unknown", reason: expect.stringMatching(/out of memory/i) });
});

test("it can be told whether what is in no commit was written again", async () => {
  const { store } = await aRepository();
  const { path } = await store.createWorkspace("w1", await baseOf(store));
  const changes = async () => {
    const look = await store.lookWorkspace("w1");
    return look.is === "there" ? look.changes : undefined;
  };
  expect(await changes()).toBe("");
  write(path, { "README.md": "# Other\n", "with a space.txt": "1\n" });
  const first = await changes();
  expect(await changes()).toBe(first);
  write(path, { "with a space.txt": "2 2\n" });
  const second = await changes();
  expect(second).not.toBe(first);
  rmSync(join(path, "README.md"));
  expect(await changes()).not.toBe(second);
});
