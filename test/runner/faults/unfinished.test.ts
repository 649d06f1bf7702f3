import { expect, test } from "vitest";
import { namesOf } from "../../../src/core/names.ts";
import { commit, git } from "../git/a-repository.ts";
import { aRunner } from "./bench.ts";

test("unfinished work is pushed to a branch of its own, as often as asked for, and never over other commits", async () => {
  const { runner, task, tree, upstream, clone } = await aRunner("true");
  const { branch, unfinished } = namesOf(task);
  const tips = () => git(upstream, "for-each-ref", "--format=%(refname:short) %(objectname)", "refs/heads/coppice");
  expect(await runner.pushUnfinished(task)).toEqual({ is: "nothing" });

  const first = commit(tree, "Half", { "a.txt": "a\n" });
  expect(await runner.pushUnfinished(task)).toEqual({ is: "pushed", branch: unfinished });
  expect(tips()).toBe(`${unfinished} ${first}`);
  const second = commit(tree, "More", { "b.txt": "b\n" });
  expect(await runner.pushUnfinished(task)).toEqual({ is: "pushed", branch: unfinished });
  expect(await runner.pushUnfinished(task)).toEqual({ is: "pushed", branch: unfinished });
  expect(await runner.deliver(task, second)).toMatchObject({ is: "pushed", sha: second });
  expect(tips()).toBe(`${branch} ${second}\n${unfinished} ${second}`);

  git(clone, "fetch", "--quiet", "origin", unfinished);
  git(clone, "checkout", "--quiet", "-b", "x", "FETCH_HEAD");
  const theirs = commit(clone, "Theirs", { "c.txt": "c\n" });
  git(clone, "push", "--quiet", "origin", `HEAD:${unfinished}`);
  commit(tree, "Ours", { "d.txt": "d\n" });
  expect(await runner.pushUnfinished(task)).toMatchObject({ is: "refused" });
  expect(tips()).toBe(`${branch} ${second}\n${unfinished} ${theirs}`);
});

test("what the checks find holds unfinished work, too", async () => {
  const { runner, task, tree, upstream } = await aRunner("true");
  commit(tree, "Closes #99", { ".gitmodules": '[submodule "x"]\n\tpath = x\n\turl = https://example.com/x\n' });
  const held = await runner.pushUnfinished(task);
  expect(held).toMatchObject({ is: "refused" });
  expect(git(upstream, "for-each-ref", "refs/heads/coppice")).toBe("");
});
