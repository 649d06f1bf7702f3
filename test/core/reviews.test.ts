import { expect, test } from "vitest";
import type { Fact } from "../../src/core/fact.ts";
import type { OperatorPolicy } from "../../src/core/policy.ts";
import { collectReviews } from "../../src/core/round.ts";
import { aTask } from "../fakes/a-task.ts";

type Who = "one who may" | "one who may not" | "a bot";
type Verdict = (Fact & { kind: "reviewed" })["verdict"];

const people: Readonly<Record<Who, { id: number; login: string; isBot: boolean }>> = {
  "one who may": { id: 1, login: "ann", isBot: false },
  "one who may not": { id: 2, login: "stranger", isBot: false },
  // As if its labels counted.
  "a bot": { id: 3, login: "helper[bot]", isBot: true },
};
const trusted = [1, 3];
const whos: readonly Who[] = ["one who may", "one who may not", "a bot"];
const verdicts: readonly Verdict[] = ["approved", "changes-requested", "commented"];
const settings: readonly OperatorPolicy["reviews"][] = ["mentions", "all"];

/** What begins a round: verdict, mention, setting, all by one who may. Everything else begins none. */
const begins = new Set([
  "changes-requested, not mentioned, mentions",
  "changes-requested, not mentioned, all",
  "changes-requested, mentioned, mentions",
  "changes-requested, mentioned, all",
  "commented, mentioned, mentions",
  "commented, mentioned, all",
  "commented, not mentioned, all",
]);

const rows = whos.flatMap((who) =>
  verdicts.flatMap((verdict) =>
    [true, false].flatMap((mentionsUs) =>
      settings.map((reviews) => {
        const row = `${verdict}, ${mentionsUs ? "mentioned" : "not mentioned"}, ${reviews}`;
        return { who, verdict, mentionsUs, reviews, wishes: who === "one who may" && begins.has(row) ? 1 : 0 };
      }),
    ),
  ),
);

test.each(rows)(
  "a review by $who, $verdict, mention $mentionsUs, REVIEWS=$reviews: $wishes rounds",
  ({ who, verdict, mentionsUs, reviews, wishes }) => {
    const review: Fact = { kind: "reviewed", reviewId: 7, by: people[who], verdict, mentionsUs, text: "Hm.", atMs: 0 };
    const task = collectReviews(aTask(), [review, review], { sight: { trusted }, operator: { reviews } });
    expect(task.steering.wishes).toHaveLength(wishes);
  },
);
