import { expect, it } from "vitest";
import { namesOf, slugOf, statusMarker } from "../../src/core/names.ts";
import type { Task } from "../../src/core/task.ts";
import { labelledTask, startBench } from "./bench.ts";

it("a task costs under 25 requests from its label to its pull request, status edits apart", async () => {
  await using bench = await startBench();
  const { github, forge } = bench;
  let task: Task = { ...(await labelledTask(bench)), slug: slugOf("Water it") };
  const text = (words: string): string => `${statusMarker(task.id)}\n\n${words}`;
  const { branch } = namesOf(task);

  await forge.triggerOf(task.issue);
  await Promise.all([forge.look(task), forge.admit(task)]);
  await forge.greet(task.issue);
  const { commentId } = await forge.say(task, text("queued"));
  task = { ...task, said: { ...task.said, commentId } };
  await forge.remote(task.issue).token("read");
  await forge.showState(task, "working", undefined);
  await forge.look(task);
  await forge.remote(task.issue).token("write");
  await github.as("alice").push("alice/garden", branch, { "water.txt": "much\n" });
  const pull = await forge.openPull(task, { branch, base: "main", title: "Water it", body: "", isDraft: false });
  task = { ...task, pull };
  await forge.showState(task, "review", "working");
  await forge.askReview(task, pull);
  const toReview = github.requests.map(({ operation }) => operation);
  await forge.say(task, text("review"));
  await github.as("bob").merge("alice/garden", pull.number);
  await forge.look(task);
  await forge.showState(task, undefined, "review");

  expect(toReview).toHaveLength(21);
  expect(github.requests.length - toReview.length).toBe(4);
});
