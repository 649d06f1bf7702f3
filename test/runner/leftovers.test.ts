import { existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { findLeftovers } from "../../src/runner/leftovers.ts";
import { reap } from "../../src/runner/reap.ts";
import { createTmux } from "../../src/runner/tmux.ts";
import { openWall } from "../../src/runner/wall.ts";
import { aRepository, baseOf, commit, git, write } from "./git/a-repository.ts";

const over = { repositoryId: 500, number: 7, isLive: false };

test("what tasks that are over left behind goes, its work saved; what live tasks have, or tasks nobody knows, stays", async () => {
  const { store, root: home, repositoryDir } = await aRepository();
  mkdirSync(join(home, "repositories"));
  symlinkSync(repositoryDir, join(home, "repositories", "500"));
  for (const name of ["issue-7-over", "issue-8-live", "issue-9-unknown"]) {
    await store.createWorkspace(name, await baseOf(store));
    mkdirSync(join(home, "runs", `500-${name.split("-")[1] ?? ""}`), { recursive: true });
  }
  const left = store.workspaceAt("issue-7-over").path;
  commit(left, "One", { "committed.txt": "c\n" });
  write(left, { "new.txt": "n\n" });
  const tmux = createTmux({ socketPath: join(home, "t.sock") });
  onTestFinished(() => tmux.endServer({ graceMs: 100 }));
  // 500 in base 36 is "dw".
  for (const number of ["7", "8", "8-gpt-5_1-1-2", "9"]) {
    await tmux.startSession({ name: `sample-dw-${number}`, cwd: home, argv: ["sleep", "600"] });
  }

  const tasks = [over, { repositoryId: 500, number: 8, isLive: true }];
  const find = () => findLeftovers({ home, tmux, tasks });
  const found = await find();
  expect(found.map(({ is, task, name }) => `${is} ${task} ${name}`).toSorted()).toEqual([
    "run over 500-7",
    "run unknown 500-9",
    "session over sample-dw-7",
    "session unknown sample-dw-9",
    "workspace over issue-7-over",
    "workspace unknown issue-9-unknown",
  ]);

  const meant = found.filter(({ task }) => task === "over");
  const reaped = await reap(meant, { home, tmux, wallFor: () => openWall, keepSavedMs: undefined });
  expect(reaped.map(({ outcome }) => outcome)).toEqual(["removed", "removed", "removed"]);
  expect((await find()).every(({ task }) => task === "unknown")).toBe(true);
  expect(existsSync(left)).toBe(false);
  const [saved = ""] = await store.savedWork("issue-7-over");
  expect(git(join(repositoryDir, "gate.git"), "show", `${saved}:new.txt`)).toBe("n");
  expect(git(join(repositoryDir, "gate.git"), "show", `${saved}^1:committed.txt`)).toBe("c");
  for (const name of ["issue-8-live", "issue-9-unknown"]) {
    expect(readFileSync(join(store.workspaceAt(name).path, "README.md"), "utf8")).toBe("# Sample\n");
  }
});

test("where tmux can't be asked, nothing counts as left over", async () => {
  const tmux = { lookAll: async () => ({ is: "unknown", why: "no answer" }) as const };
  await expect(findLeftovers({ home: "/nowhere", tmux, tasks: [over] })).rejects.toMatchObject({
    code: "LEFTOVERS_UNSEEN",
  });
});

test("what can't be saved is left, and so is the rest of its task", async () => {
  const { store, root: home, repositoryDir } = await aRepository();
  mkdirSync(join(home, "repositories"));
  symlinkSync(repositoryDir, join(home, "repositories", "500"));
  mkdirSync(join(home, "runs", "500-7"), { recursive: true });
  const { path } = await store.createWorkspace("issue-7-over", await baseOf(store));
  write(path, { "new.txt": "n\n" });
  // git can't tell any more what is in it.
  write(join(repositoryDir, "private", "issue-7-over.git", "worktrees", "issue-7-over"), { HEAD: "nonsense\n" });
  const tmux = createTmux({ socketPath: join(home, "t.sock") });
  const found = await findLeftovers({ home, tmux, tasks: [over] });
  const reaped = await reap(found, { home, tmux, wallFor: () => openWall, keepSavedMs: undefined });
  expect(reaped.map(({ outcome }) => outcome.split(/[:,]/)[0])).toEqual(["left", "left"]);
  expect(existsSync(join(path, "new.txt"))).toBe(true);
  expect(existsSync(join(home, "runs", "500-7"))).toBe(true);
});
