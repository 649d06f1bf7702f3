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
