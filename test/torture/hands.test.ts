import { execFileSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { commentsOf, pullsOf, sessionsOf, worktreesOf } from "../e2e/sights.ts";
import { eventually, setStage, type Stage } from "../e2e/stage.ts";
import { askFor, mergeAndEnd, startsOf, untilReview } from "./journey.ts";
import { garden } from "./killable.ts";

/** A stage on which an agent has asked something, and waits. */
async function anOpenQuestion(): Promise<{ readonly stage: Stage; readonly issue: number }> {
  const stage = await setStage({ files: garden });
  onTestFinished(() => stage.close());
  await stage.startService();
  const issue = await askFor(stage, "Add rooibos");
  await untilAsked(stage, issue, "1-1-1");
  return { stage, issue };
}

/** The start is there, shows its question, and the issue says so. */
async function untilAsked({ github, repository, tmuxSocket }: Stage, issue: number, start: string): Promise<void> {
  const ending = start === "1-1-1" ? `-${issue}` : `_${start}`;
  await eventually(`start ${start} of #${issue} has asked`, () => {
    const name = sessionsOf(tmuxSocket).find((one) => one.endsWith(ending));
    const isTold = commentsOf(github, repository, issue)[0]?.includes("waiting for you") === true;
    return name !== undefined && isTold && screenOf(tmuxSocket, name).includes("7 minutes") ? true : undefined;
  });
}

function screenOf(socket: string, name: string): string {
  return execFileSync("tmux", ["-S", socket, "capture-pane", "-p", "-t", `=${name}:`], { encoding: "utf8" });
}

function briefOf({ github, repository, home }: Stage, issue: number, start: string): string {
  const { id } = github.store(repository).repository;
  return readFileSync(join(home, "runs", `${id}-${issue}`, start, "brief.md"), "utf8");
}

test("an agent whose folder, tmux and socket go while it waits is told so, goes on, and ends with one of each", async () => {
  const { stage, issue } = await anOpenQuestion();
  const { github, repository, tmuxSocket } = stage;
  const tmux = (...words: string[]) => execFileSync("tmux", ["-S", tmuxSocket, ...words], { stdio: "pipe" });
  const [tree = ""] = worktreesOf(stage.home).match(/\S+issue-\d+-\S+/) ?? [];

  rmSync(tree, { recursive: true });
  tmux("kill-server");
  await untilAsked(stage, issue, "1-1-2");
  expect(briefOf(stage, issue, "1-1-2")).toContain("Your session was restarted in the middle of the work.");

  rmSync(tmuxSocket);
  await stage.stopService();
  await stage.startService();

  await github.as("mira").comment(repository, issue, "/coppice answer 2");
  await untilReview(stage, issue);
  expect(await startsOf(stage, issue)).toEqual(["1-1-1", "1-1-2"]);
  expect(pullsOf(github, repository)).toHaveLength(1);
  await mergeAndEnd(stage, issue);
  expect(github.violations).toEqual([]);
});
