import { afterEach, expect, test } from "vitest";
import { commentsOf, labelsOf, pullOf } from "./sights.ts";
import { eventually, setStage, type Stage } from "./stage.ts";

let stage: Stage | undefined;
afterEach(async () => {
  await stage?.close();
  stage = undefined;
});

test("without a single webhook, all that people do is found by sweeps: labels, commands, reviews, merging, closing, a label taken off", async () => {
  stage = await setStage({ settings: { SWEEP_EVERY_SECONDS: "10", MAX_SESSIONS: "4" } });
  const { github, repository } = stage;
  github.fate = () => ({ is: "lost" });
  const mira = github.as("mira");
  const issues: number[] = [];
  for (const title of ["Merge me", "Close me", "Ask me", "Drop me"]) {
    const issue = await mira.openIssue(repository, { title, body: "Say hello." });
    await mira.label(repository, issue, "coppice");
    issues.push(issue);
  }
  await stage.startService();
  const [merged = 0, closed = 0, asked = 0, dropped = 0] = issues;
  const said = (issue: number, words: string) =>
    eventually(`"${words}" on #${issue}`, () =>
      commentsOf(github, repository, issue).find((text) => text.includes(words)),
    );
  const pullFor = (issue: number) => pullOf(github, repository, issue)?.number ?? 0;
  for (const issue of issues) await said(issue, "Ready for review");

  const command = await mira.comment(repository, pullFor(asked), "/coppice why");
  await mira.review(repository, pullFor(asked), { event: "REQUEST_CHANGES", body: "Say it louder." });
  await mira.merge(repository, pullFor(merged));
  await mira.closePull(repository, pullFor(closed));
  await mira.unlabel(repository, dropped, "coppice");
  await said(merged, "Merged");
  await said(closed, "closed");
  await eventually("the answer", () =>
    [...github.store(repository).reactions.values()].find(
      ({ on, of, content }) => on === "comment" && of === command && content === "+1",
    ),
  );
  await eventually("the round that the review asks for", () =>
    [...github.store(repository).checkRuns.values()].some(({ name }) => name === "coppice") ? true : undefined,
  );
  await eventually("the end of what nobody wants any more", () =>
    labelsOf(github, repository, dropped).length === 0 ? true : undefined,
  );
  expect(github.violations).toEqual([]);
});
