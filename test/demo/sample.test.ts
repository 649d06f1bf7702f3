import { execa } from "execa";
import { join } from "node:path";
import { expect, test } from "vitest";
import { sampleFiles } from "../../src/demo/sample/history.ts";
import { startSample, temporaryFolder } from "./bench.ts";

test("the sample is a repository with a past, whose own tests pass", async () => {
  const { github, sample } = await startSample();
  const clone = join(await temporaryFolder(), "clone");
  await execa("git", ["clone", "--quiet", `${github.url}/${sample.repository}.git`, clone]);
  const { stdout } = await execa("git", ["log", "--format=%an"], { cwd: clone });
  expect(stdout.split("\n")).toEqual([
    "Mira Lindqvist",
    "Mira Lindqvist",
    "Aiko Tanaka",
    "Aiko Tanaka",
    "Mira Lindqvist",
    "Mira Lindqvist",
  ]);
  const { stdout: files } = await execa("git", ["ls-files"], { cwd: clone });
  expect(files.split("\n").toSorted()).toEqual([...sampleFiles().keys()].toSorted());
  await execa("node", ["--test"], { cwd: clone });
});

test("its three issues come from people with different rights, and were there before we came", async () => {
  const { github, sample } = await startSample();
  const store = github.store(sample.repository);
  const issues = sample.issues.map((number) => store.issues.get(number));
  expect(issues.map((issue) => issue?.author.user.login)).toEqual(["aiko", "mira", "aiko"]);
  for (const issue of issues) expect(issue?.createdMs).toBeLessThan(Date.now() - 10 * 60 * 60 * 1000);
  const comments = [...store.comments.values()].map(({ author }) => author.user.login);
  expect(comments).toEqual(["mira", "jonas", "aiko", "mira"]);
  const jonas = github.addUser("jonas");
  expect(store.roles.has(jonas.id)).toBe(false);
  expect([...github.world.installations.values()].map(({ account }) => account.login)).toEqual(["mira"]);
  expect(github.violations).toEqual([]);
});
