import {
  chmodSync,
  lstatSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { aRepository, baseOf, commit, git, write } from "./a-repository.ts";

const files = {
  ".gitattributes": "* text=auto\n*.bat eol=crlf\n*.id ident\n*.u16 working-tree-encoding=UTF-16\n",
  ".gitignore": "ignored/\n*.log\n",
  "README.md": "# Sample\n",
  "gone.txt": "to be deleted\n",
  "run.bat": "echo 1\n",
};

/** Everything in a tree but git's own pointer: path → kind, rights and bytes. */
function bytesOf(folder: string): Record<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => !entry.isDirectory());
  const described = entries.map((entry): [string, string] => {
    const path = join(entry.parentPath, entry.name);
    const content = entry.isSymbolicLink() ? `-> ${readlinkSync(path)}` : readFileSync(path, "base64");
    return [path.slice(folder.length + 1), `${lstatSync(path).mode & 0o100 ? "x" : "-"} ${content}`];
  });
  return Object.fromEntries(
    described.filter(([path]) => path !== ".git" && !path.startsWith("ignored/") && !path.endsWith(".log")),
  );
}

test("saved work comes back byte for byte: edits, deletions, new files, line ends, links and rights", async () => {
  const { store } = await aRepository({}, files);
  const base = await baseOf(store);
  const { path } = await store.createWorkspace("w1", base);
  const head = commit(path, "One", { "committed.txt": "c\n" });
  write(path, {
    "README.md": "# Other\r\nmixed\nends\r\n",
    "run.bat": "echo 2\n",
    "who.id": "$Id: something $\n",
    "text.u16": Buffer.from("\ufeffhello\n", "utf16le"),
    "new/deep/spaß.bin": Buffer.from([0, 1, 2, 255, 13, 10]),
    "empty.txt": "",
    "tool.sh": "#!/bin/sh\n",
    "ignored/cache": "no",
    "debug.log": "no",
  });
  chmodSync(join(path, "tool.sh"), 0o755);
  symlinkSync("../anywhere", join(path, "link"));
  unlinkSync(join(path, "gone.txt"));
  const before = bytesOf(path);

  const saved = await store.saveWork("w1");
  expect(saved).toMatchObject({
    is: "saved",
    ref: expect.stringMatching(/^refs\/coppice\/saved\/w1\/\d{8}-\d{6}-\d{3}$/),
  });
  expect(await store.removeWorkspace("w1")).toBe("removed");
  expect(await store.savedWork("w1")).toEqual([saved.is === "saved" && saved.ref]);

  const again = await store.createWorkspace("w2", base);
  await store.restoreWork("w2", saved.is === "saved" ? saved.ref : "");
  expect(bytesOf(again.path)).toEqual(before);
  expect(git(again.path, "rev-parse", "HEAD")).toBe(head);
  expect(await store.lookWorkspace("w2")).toMatchObject({ is: "there", branch: "coppice/w2", commitsAhead: 1 });
});

test("saving touches neither the working tree nor the index, and the same work is saved once", async () => {
  const { store } = await aRepository();
  const { path } = await store.createWorkspace("w1", await baseOf(store));
  write(path, { "README.md": "staged\n", "new.txt": "n\n" });
  git(path, "add", "README.md");
  write(path, { "README.md": "worked on\n" });
  const status = git(path, "status", "--porcelain");
  const first = await store.saveWork("w1");
  expect(await store.saveWork("w1")).toEqual(first);
  expect(git(path, "status", "--porcelain")).toBe(status);
  expect(await store.savedWork("w1")).toHaveLength(1);

  write(path, { "new.txt": "other\n" });
  expect(await store.saveWork("w1")).not.toEqual(first);
  expect(await store.savedWork("w1")).toHaveLength(2);
});

test("what was staged is kept beside what was worked on", async () => {
  const { store, repositoryDir } = await aRepository();
  const { path } = await store.createWorkspace("w1", await baseOf(store));
  write(path, { "README.md": "staged\n" });
  git(path, "add", "README.md");
  write(path, { "README.md": "worked on\n" });
  const saved = await store.saveWork("w1");
  const sha = saved.is === "saved" ? saved.sha : "";
  const gate = join(repositoryDir, "gate.git");
  expect(git(gate, "show", `${sha}:README.md`)).toBe("worked on");
  expect(git(gate, "show", `${sha}^2:README.md`)).toBe("staged");
});

test("stashes, other branches and a half-done rebase are saved too", async () => {
  const { store, repositoryDir } = await aRepository();
  const { path } = await store.createWorkspace("w1", await baseOf(store));
  write(path, { "README.md": "first stash\n" });
  git(path, "stash");
  write(path, { "README.md": "second stash\n" });
  git(path, "stash");
  git(path, "checkout", "--quiet", "-b", "side");
  const side = commit(path, "Side", { "README.md": "side\n" });
  git(path, "checkout", "--quiet", "coppice/w1");
  const mine = commit(path, "Mine", { "README.md": "mine\n" });
  expect(() => git(path, "rebase", "side")).toThrow("Command failed");

  const saved = await store.saveWork("w1");
  const gate = join(repositoryDir, "gate.git");
  const history = git(gate, "log", "--format=%H %s", saved.is === "saved" ? saved.sha : "");
  for (const sha of [side, mine]) expect(history).toContain(sha);
  const contents = history.split("\n").map((line) => git(gate, "show", `${line.slice(0, 40)}:README.md`));
  expect(contents).toEqual(expect.arrayContaining(["first stash", "second stash"]));
  expect(contents[0]).toContain("<<<<<<<");
});

test("files of a repository inside the workspace are saved, with or without commits in it", async () => {
  const { store, repositoryDir } = await aRepository();
  const { path } = await store.createWorkspace("w1", await baseOf(store));
  for (const name of ["with", "without"]) {
    write(path, { [`${name}/inner.txt`]: name, [`${name}/deep/x`]: "x" });
    git(join(path, name), "init", "--quiet");
  }
  commit(join(path, "with"), "Inner");
  write(path, { "with/later.txt": "later" });
  const saved = await store.saveWork("w1");
  const listed = git(
    join(repositoryDir, "gate.git"),
    "ls-tree",
    "-r",
    "--name-only",
    saved.is === "saved" ? saved.sha : "",
  );
  expect(listed.split("\n")).toEqual(
    expect.arrayContaining(["with/inner.txt", "with/later.txt", "with/deep/x", "without/inner.txt"]),
  );
  expect(await store.removeWorkspace("w1")).toBe("removed");
});

test("a file whose name is no text is saved too", async () => {
  const { store, repositoryDir } = await aRepository();
  const { path } = await store.createWorkspace("w1", await baseOf(store));
  writeFileSync(Buffer.concat([Buffer.from(`${path}/caf`), Buffer.from([0xe9])]), "x");
  const saved = await store.saveWork("w1");
  const listed = git(join(repositoryDir, "gate.git"), "ls-tree", "--name-only", saved.is === "saved" ? saved.sha : "");
  expect(listed).toContain(String.raw`"caf\351"`);
});

test("a fresh workspace has nothing to save, though its files have other line ends than its commit", async () => {
  const { store } = await aRepository({}, files);
  await store.createWorkspace("w1", await baseOf(store));
  expect(await store.saveWork("w1")).toEqual({ is: "nothing-to-save" });
});

test("work is saved under a broken or a missing index, and while somebody else holds its lock", async () => {
  const { store, repositoryDir } = await aRepository();
  const { path } = await store.createWorkspace("w1", await baseOf(store));
  const index = join(repositoryDir, "private", "w1.git", "worktrees", "w1", "index");
  writeFileSync(`${index}.lock`, "");
  const show = async () => {
    const saved = await store.saveWork("w1");
    return git(
      join(repositoryDir, "gate.git"),
      "ls-tree",
      "-r",
      "--name-only",
      saved.is === "saved" ? saved.sha : "",
    ).split("\n");
  };
  for (const [name, damage] of [
    ["broken", () => writeFileSync(index, "nonsense")],
    ["missing", () => rmSync(index)],
  ] as const) {
    damage();
    write(path, { [name]: "x" });
    expect(await show()).toEqual(expect.arrayContaining([name, "README.md"]));
  }
});

test("work that can't be read is an error, not a hole in what is saved", async ({ skip }) => {
  skip(process.getuid?.() === 0, "root reads everything");
  const { store } = await aRepository();
  const { path } = await store.createWorkspace("w1", await baseOf(store));
  write(path, { "secret.txt": "x" });
  chmodSync(join(path, "secret.txt"), 0);
  await expect(store.saveWork("w1")).rejects.toMatchObject({ code: "WORKSPACE_UNREADABLE" });
});

test("saved work can be taken in and pushed like any other once a person commits it", async () => {
  const { store } = await aRepository();
  const base = await baseOf(store);
  const first = await store.createWorkspace("w1", base);
  write(first.path, { "a.txt": "a\n" });
  const saved = await store.saveWork("w1");
  const second = await store.createWorkspace("w2", base);
  await store.restoreWork("w2", saved.is === "saved" ? saved.ref : "");
  commit(second.path, "Take over");
  await expect(store.restoreWork("w2", saved.is === "saved" ? saved.ref : "")).rejects.toThrow(/not saved/);
});
