import { expect, it } from "vitest";
import { logsAnswer } from "../../src/core/steer-words.ts";

const decisions = Array.from({ length: 20 }, (_, at) => ({ atMs: at * 1_000, phase: "working", why: `step ${at}` }));

it("logs are the screen and the last decisions, folded, and without secrets", () => {
  const secret = `ghp_${"a1B2".repeat(9)}`;
  const answer = logsAnswer(`$ echo ${secret}\n`, [...decisions, { atMs: 0, phase: "working", why: `said ${secret}` }]);
  expect(answer).toMatch(/<details><summary>The agent's screen<\/summary>[\s\S]*<summary>The last events<\/summary>/);
  expect(answer).toContain("00:00:19 working: step 19");
  expect(answer).not.toContain("step 8\n");
  expect(answer).not.toContain(secret);
});

it("logs tell of the last decisions where there is no session any more", () => {
  expect(logsAnswer(undefined, decisions)).toMatch(/There is no session[\s\S]*step 19/);
});
