import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { usualLimits } from "../src/runner/git/change-rules.ts";
import { createRepositoryStore } from "../src/runner/git/repository-store.ts";
import { openWall } from "../src/runner/wall.ts";
import { type Bench, medians, timed } from "./measure.ts";

const who = { name: "Agent", email: "agent@example.com" };
const files = 2_000;

/** The way of one task through git, in a repository of two thousand files; the bound is a worktree and a push by hand. */
export const workspace: Bench = {
  name: "git for one task",
  unit: "ms",
  async measure(rounds) {
    const root = realpathSync(mkdtempSync(join(tmpdir(), "cop-")));
    try {
      return await medians(await triesIn(root), rounds);
    } finally {
      rmSync(root, { recursive: true });
    }
  },
};

async function triesIn(root: string) {
  const clone = aClone(root);
  const remoteUrl = `file://${join(root, "upstream.git")}`;
  const store = createRepositoryStore({
    repositoryDir: join(root, "state"),
    remoteUrl,
    token: () => Promise.resolve("none"),
    wall: openWall,
    identity: who,
    allowFileRemote: true,
  });
  let last = 0;
  const byHand = () => {
    const tree = join(root, `by-hand-${(last += 1)}`);
    git(clone, "fetch", "--quiet", "origin");
    git(clone, "worktree", "add", "--quiet", "-b", `hand-${last}`, tree, "origin/main");
    commitIn(tree);
    git(tree, "push", "--quiet", "origin", `hand-${last}`);
  };
  const byCoppice = async () => {
    const name = `w${(last += 1)}`;
    const fetched = await store.fetchBase("main");
    if (fetched.is !== "fetched") throw new Error("there is no main");
    const { path, branch } = await store.createWorkspace(name, { branch: "main", sha: fetched.sha });
    commitIn(path);
    const sha = git(path, "rev-parse", "HEAD").trim();
    await store.takeIn(name, sha, fetched.sha, usualLimits);
    await store.push(name, { sha, branch });
  };
  await store.fetchBase("main");
  return { "by hand": () => timed(byHand), "by Coppice": () => timed(byCoppice) };
}

function aClone(root: string): string {
  const clone = join(root, "clone");
  mkdirSync(clone);
  git(clone, "init", "--quiet", "--initial-branch=main");
  for (let at = 0; at < files; at += 1) writeFileSync(join(clone, `file-${at}.txt`), `line ${at}\n`.repeat(50));
  commitIn(clone);
  git(root, "clone", "--quiet", "--bare", clone, join(root, "upstream.git"));
  git(clone, "remote", "add", "origin", join(root, "upstream.git"));
  return clone;
}

function commitIn(tree: string): void {
  writeFileSync(join(tree, "change.txt"), `${tree}\n`);
  git(tree, "add", "--all");
  git(tree, "-c", "commit.gpgSign=false", "commit", "--quiet", "--message", "Change");
}

function git(folder: string, ...args: readonly string[]): string {
  const { name, email } = who;
  const env = {
    PATH: process.env["PATH"],
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
  };
  return execFileSync("git", args, { cwd: folder, env, encoding: "utf8" });
}
