import { existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { listSaved, restoreTo } from "../../../src/runner/git/saved-list.ts";
import { aRepository, baseOf, commit, git, write } from "./a-repository.ts";

test("saved work is listed, and comes back into a new folder: commits on the branch, the rest as changed files", async () => {
  const { store, root, repositoryDir } = await aRepository();
  const { path } = await store.createWorkspace("issue-7-mend", await baseOf(store));
  const head = commit(path, "One", { "committed.txt": "c\n" });
  write(path, { "new.txt": "n\n", "README.md": "# Other\n" });
  await store.saveWork("issue-7-mend");
  await store.removeWorkspace("issue-7-mend");

  const numbered = join(root, "repositories");
  mkdirSync(numbered);
  symlinkSync(repositoryDir, join(numbered, "500"));
  const [entry, ...others] = await listSaved(numbered);
  expect(others).toEqual([]);
  expect(entry).toMatchObject({ repositoryId: 500, workspace: "issue-7-mend", commits: 1, files: 2 });
  if (entry === undefined) throw new Error("nothing is listed");

  const folder = join(root, "back");
  await restoreTo(entry, folder);
  expect(git(folder, "rev-parse", "coppice/issue-7-mend")).toBe(head);
  expect(
    git(folder, "status", "--porcelain")
      .split("\n")
      .map((line) => line.trim()),
  ).toEqual(["M README.md", "?? new.txt"]);
  expect(readFileSync(join(folder, "new.txt"), "utf8")).toBe("n\n");
  expect(existsSync(join(folder, ".git", "hooks"))).toBe(false);
  await expect(restoreTo(entry, folder)).rejects.toMatchObject({ code: "RESTORE_THERE" });
});

test("saved work is kept as long as it is to be, and longer while its workspace is there", async () => {
  const { store, reopen, repositoryDir } = await aRepository();
  for (const name of ["issue-7-gone", "issue-8-there"]) {
    const { path } = await store.createWorkspace(name, await baseOf(store));
    write(path, { "new.txt": `${name}\n` });
    await store.saveWork(name);
  }
  await store.removeWorkspace("issue-7-gone");
  const gate = join(repositoryDir, "gate.git");
  const [recent = ""] = await store.savedWork("issue-7-gone");
  git(gate, "update-ref", "refs/coppice/saved/issue-7-gone/20200131-235959-123", recent);
  git(gate, "update-ref", "refs/coppice/saved/issue-8-there/20200131-235959-123", recent);
  await store.sweep();
  expect(await store.savedWork("issue-7-gone")).toHaveLength(2);
  await reopen({ keepSavedMs: 24 * 3_600_000 }).sweep();
  expect(await store.savedWork("issue-7-gone")).toEqual([recent]);
  expect(await store.savedWork("issue-8-there")).toHaveLength(2);
});
