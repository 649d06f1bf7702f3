import { expect, it } from "vitest";
import { openBench } from "./bench.ts";

const garden = { owner: "alice", repo: "garden" };

it("labelling an issue tells the App who did it, and shows in the issue's events and timeline", async () => {
  await using bench = await openBench();
  const { github } = bench;
  const { id } = github.install("alice");
  const issue_number = await github.as("mallory").openIssue("alice/garden", { title: "Weeds", body: "Many" });
  await github.as("bob").label("alice/garden", issue_number, "coppice");
  await github.as("bob").comment("alice/garden", issue_number, "Please");
  await github.as("bob").unlabel("alice/garden", issue_number, "coppice");
  await github.as("alice").closeIssue("alice/garden", issue_number, "not_planned");
  await github.settled();
  expect(bench.names()).toEqual([
    "installation.created",
    "issues.opened",
    "label.created",
    "issues.labeled",
    "issue_comment.created",
    "issues.unlabeled",
    "issues.closed",
  ]);
  const labeled = bench.received.find(({ action }) => action === "labeled");
  expect(labeled?.payload).toMatchObject({
    label: { name: "coppice" },
    sender: { login: "bob" },
    issue: { number: issue_number, user: { login: "mallory" }, labels: [{ name: "coppice" }] },
    installation: { id },
    repository: { full_name: "alice/garden", owner: { login: "alice" } },
  });

  const octokit = bench.installation(id);
  const { data: events } = await octokit.issues.listEvents({ ...garden, issue_number });
  expect(events.map(({ event, actor }) => `${event} by ${actor.login}`)).toEqual([
    "labeled by bob",
    "unlabeled by bob",
    "closed by alice",
  ]);
  const { data: timeline } = await octokit.issues.listEventsForTimeline({ ...garden, issue_number });
  expect(timeline.map(({ event }) => event)).toEqual(["labeled", "commented", "unlabeled", "closed"]);
  expect((await octokit.issues.get({ ...garden, issue_number })).data).toMatchObject({
    state: "closed",
    state_reason: "not_planned",
    comments: 1,
  });
  expect(github.violations).toEqual([]);
});

it("people may do what their role allows, on the page and by REST alike", async () => {
  await using bench = await openBench();
  const { github } = bench;
  github.install("alice");
  const issue = await github.as("mallory").openIssue("alice/garden", { title: "Weeds", labels: ["coppice"] });
  const seen = (await bench.person("bob").issues.get({ ...garden, issue_number: issue })).data;
  expect(seen.labels).toEqual([]);
  await expect(github.as("mallory").label("alice/garden", issue, "coppice")).rejects.toThrow(/403/);
  await expect(github.as("rita").label("alice/garden", issue, "coppice")).rejects.toThrow(/403/);
  await expect(github.as("tom").label("alice/garden", issue, "coppice")).resolves.toBeUndefined();
  await github.as("mallory").closeIssue("alice/garden", issue);
  await expect(github.as("rita").reopen("alice/garden", issue)).rejects.toThrow(/403/);
  const mallory = bench.person("mallory");
  const add = mallory.issues.addLabels({ ...garden, issue_number: issue, labels: ["coppice"] });
  await expect(add).rejects.toMatchObject({ status: 403 });
  const { data } = await mallory.issues.createComment({ ...garden, issue_number: issue, body: "Please" });
  const edit = bench.person("rita").issues.updateComment({ ...garden, comment_id: data.id, body: "No" });
  await expect(edit).rejects.toMatchObject({ status: 403 });
  expect(github.violations).toEqual([]);
});

it("nobody but collaborators sees a private repository", async () => {
  await using bench = await openBench();
  const { github } = bench;
  await github.addRepository("alice/cellar", { isPrivate: true, roles: { bob: "read" } });
  const cellar = { owner: "alice", repo: "cellar" };
  await expect(bench.person("mallory").issues.listForRepo(cellar)).rejects.toMatchObject({ status: 404 });
  await expect(bench.person("bob").issues.listForRepo(cellar)).resolves.toMatchObject({ status: 200 });
});

it("the App reacts once, edits and deletes its comment, and makes labels", async () => {
  await using bench = await openBench();
  const { github } = bench;
  const octokit = bench.installation(github.install("alice").id);
  const issue_number = await github.as("bob").openIssue("alice/garden", { title: "Weeds" });
  const react = () => octokit.reactions.createForIssue({ ...garden, issue_number, content: "eyes" });
  expect((await react()).status).toBe(201);
  const again = await react();
  expect(again.status).toBe(200);
  await octokit.reactions.deleteForIssue({ ...garden, issue_number, reaction_id: again.data.id });
  expect((await octokit.reactions.listForIssue({ ...garden, issue_number })).data).toEqual([]);

  const { data: comment } = await octokit.issues.createComment({ ...garden, issue_number, body: "One" });
  await octokit.reactions.createForIssueComment({ ...garden, comment_id: comment.id, content: "+1" });
  const edited = await octokit.issues.updateComment({ ...garden, comment_id: comment.id, body: "Two" });
  expect(edited.data).toMatchObject({ body: "Two", reactions: { "+1": 1, total_count: 1 } });
  const { data: comments } = await octokit.issues.listComments({ ...garden, issue_number });
  expect(comments.map(({ body }) => body)).toEqual(["Two"]);
  await octokit.issues.deleteComment({ ...garden, comment_id: comment.id });
  await expect(octokit.issues.getComment({ ...garden, comment_id: comment.id })).rejects.toMatchObject({ status: 404 });

  await octokit.issues.createLabel({ ...garden, name: "coppice:working", color: "fbca04" });
  await octokit.issues.setLabels({ ...garden, issue_number, labels: ["coppice:working"] });
  const remove = () => octokit.issues.removeLabel({ ...garden, issue_number, name: "coppice:working" });
  expect((await remove()).data).toEqual([]);
  await expect(remove()).rejects.toMatchObject({ status: 404 });
  const twice = octokit.issues.createLabel({ ...garden, name: "COPPICE:working" });
  await expect(twice).rejects.toMatchObject({ status: 422, message: /already_exists/ });
  await github.settled();
  expect(bench.received.find(({ event }) => event === "issue_comment")?.payload).toMatchObject({
    sender: { login: "coppice[bot]", type: "Bot" },
  });
  expect(github.violations).toEqual([]);
});

it("the App may not assign itself, and people who are no members are left out", async () => {
  await using bench = await openBench();
  const { github } = bench;
  const octokit = bench.installation(github.install("alice").id);
  const issue_number = await github.as("bob").openIssue("alice/garden", { title: "Weeds" });
  const assignees = ["bob", "mallory", "coppice[bot]"];
  const { data } = await octokit.issues.addAssignees({ ...garden, issue_number, assignees });
  expect(data.assignees?.map(({ login }) => login)).toEqual(["bob"]);
  expect(github.violations).toEqual([]);
});
