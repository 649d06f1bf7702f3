import { expect, it } from "vitest";
import { openBench } from "./bench.ts";

const name = "alice/garden";
const garden = { owner: "alice", repo: "garden" };

it("the App reports a check, and hears of its buttons", async () => {
  await using bench = await openBench();
  const { github } = bench;
  const octokit = bench.installation(github.install("alice").id);
  const head_sha = await github.as("bob").push(name, "topic", { "a.txt": "a\n" });
  const pull = await github.as("bob").openPull(name, { title: "A", head: "topic", base: "main" });
  const { data: run } = await octokit.checks.create({ ...garden, name: "coppice", head_sha, status: "in_progress" });
  expect(run).toMatchObject({ app: { slug: "coppice" }, status: "in_progress", pull_requests: [{ number: pull }] });
  const check_run_id = run.id;
  expect(() => github.as("alice").press(name, run.id, "again")).toThrow(/no button/);
  const actions = [{ label: "Try again", description: "Starts the agent again", identifier: "again" }];
  const output = { title: "Failed", summary: "Out of credit" };
  const { data } = await octokit.checks.update({ ...garden, check_run_id, conclusion: "failure", output, actions });
  expect(data).toMatchObject({ status: "completed", conclusion: "failure", output });
  github.as("alice").press(name, check_run_id, "again");
  await octokit.checks.rerequestRun({ ...garden, check_run_id });
  await github.settled();
  expect(bench.names().filter((each) => each.startsWith("check_"))).toEqual([
    "check_suite.requested",
    "check_run.created",
    "check_run.completed",
    "check_suite.completed",
    "check_run.requested_action",
    "check_run.rerequested",
  ]);
  const pressed = bench.received.find(({ action }) => action === "requested_action");
  expect(pressed?.payload).toMatchObject({ requested_action: { identifier: "again" }, sender: { login: "alice" } });
  expect(github.violations).toEqual([]);
});

it("of several runs of one name the latest counts", async () => {
  await using bench = await openBench();
  const octokit = bench.installation(bench.github.install("alice").id);
  const head_sha = await bench.github.as("bob").push(name, "topic", { "a.txt": "a\n" });
  for (const conclusion of ["failure", "success"] as const) {
    await octokit.checks.create({ ...garden, name: "coppice", head_sha, conclusion });
  }
  const list = async (filter: "latest" | "all"): Promise<unknown[]> => {
    const { data } = await octokit.checks.listForRef({ ...garden, ref: "topic", filter });
    return data.check_runs.map(({ conclusion }) => conclusion);
  };
  expect(await list("latest")).toEqual(["success"]);
  expect(await list("all")).toEqual(["failure", "success"]);
  const { data: suites } = await octokit.checks.listSuitesForRef({ ...garden, ref: "topic" });
  expect(suites.check_suites).toMatchObject([{ conclusion: "success", latest_check_runs_count: 1 }]);
  const check_suite_id = suites.check_suites[0]?.id ?? 0;
  expect((await octokit.checks.listForSuite({ ...garden, check_suite_id })).data.total_count).toBe(1);
  expect(bench.github.violations).toEqual([]);
});

it("a workflow fails, shows its log, and runs again", async () => {
  await using bench = await openBench();
  const { github } = bench;
  const permissions = { ...github.app.permissions, actions: "write" } as const;
  const octokit = bench.installation(github.install("alice", { permissions }).id);
  const head_sha = await github.as("bob").push(name, "topic", { "a.txt": "a\n" });
  await github.as("bob").openPull(name, { title: "A", head: "topic", base: "main" });
  const ci = await github.ci(name).start("topic", ["test", "lint"]);
  ci.finish("lint", "success");
  ci.finish("test", "failure", "expected 1 to be 2\n");
  await github.settled();
  const seen = bench.names();
  expect(seen.filter((each) => each.startsWith("workflow_run"))).toEqual([
    "workflow_run.requested",
    "workflow_run.in_progress",
    "workflow_run.completed",
  ]);
  expect(seen.filter((each) => each === "workflow_job.completed")).toHaveLength(2);
  expect(bench.received.findLast(({ event }) => event === "workflow_run")?.payload).toMatchObject({
    workflow_run: { conclusion: "failure", head_sha, head_branch: "topic" },
  });

  const { data: runs } = await octokit.actions.listWorkflowRunsForRepo({ ...garden, head_sha });
  const run_id = runs.workflow_runs[0]?.id ?? 0;
  const { data: jobs } = await octokit.actions.listJobsForWorkflowRun({ ...garden, run_id });
  const failed = jobs.jobs.find(({ conclusion }) => conclusion === "failure");
  const log = await octokit.actions.downloadJobLogsForWorkflowRun({ ...garden, job_id: failed?.id ?? 0 });
  expect(log.data).toBe("expected 1 to be 2\n");
  expect((await octokit.checks.get({ ...garden, check_run_id: failed?.id ?? 0 })).data).toMatchObject({
    name: "test",
    app: { slug: "github-actions" },
  });

  await octokit.actions.reRunWorkflowFailedJobs({ ...garden, run_id });
  github.ci(name).run(run_id).finish("test", "success");
  expect((await octokit.actions.getWorkflowRun({ ...garden, run_id })).data).toMatchObject({
    conclusion: "success",
    run_attempt: 2,
  });
  await expect(octokit.actions.reRunWorkflowFailedJobs({ ...garden, run_id })).rejects.toMatchObject({ status: 403 });
  await github.settled();
  expect(github.violations).toEqual([]);
});

it("a protected branch waits for its checks and statuses before a merge", async () => {
  await using bench = await openBench();
  const { github } = bench;
  github.install("alice");
  github.protect(name, { branch: "main", contexts: ["test", "legacy"] });
  const sha = await github.as("bob").push(name, "topic", { "a.txt": "a\n" });
  const pull = await github.as("bob").openPull(name, { title: "A", head: "topic", base: "main" });
  const ci = await github.ci(name).start("topic", ["test"]);
  await expect(github.as("alice").merge(name, pull)).rejects.toThrow(/405/);
  ci.finish("test", "success");
  await github.as("bob").setStatus(name, sha, "legacy", "pending");
  await expect(github.as("alice").merge(name, pull)).rejects.toThrow(/"?legacy/);
  await github.as("bob").setStatus(name, sha, "legacy", "success");
  const bob = bench.person("bob");
  const { data } = await bob.repos.getCombinedStatusForRef({ ...garden, ref: "topic" });
  expect(data).toMatchObject({ state: "success", total_count: 1 });
  expect((await bob.repos.listCommitStatusesForRef({ ...garden, ref: "topic" })).data).toHaveLength(2);
  await github.as("alice").merge(name, pull);
  await github.settled();
  expect(bench.names().filter((each) => each === "status")).toHaveLength(2);
  expect(github.violations).toEqual([]);
});

it("the App may not touch the checks of others, nor people make any", async () => {
  await using bench = await openBench();
  const { github } = bench;
  const octokit = bench.installation(github.install("alice").id);
  const head_sha = await github.as("bob").push(name, "topic", { "a.txt": "a\n" });
  const ci = await github.ci(name).start("topic", ["test"]);
  const update = octokit.checks.update({ ...garden, check_run_id: ci.look().jobs[0] ?? 0, conclusion: "success" });
  await expect(update).rejects.toMatchObject({ status: 403 });
  const create = bench.person("bob").checks.create({ ...garden, name: "mine", head_sha });
  await expect(create).rejects.toMatchObject({ status: 403 });
  const nowhere = octokit.checks.create({ ...garden, name: "coppice", head_sha: "0".repeat(40) });
  await expect(nowhere).rejects.toMatchObject({ status: 422 });
  expect(github.violations).toEqual([]);
});
