import type { Issue, Pull, Review } from "../github/world/model.ts";
import { type Html, html, type Part } from "./html.ts";
import { checksOf, overall } from "./checks.ts";
import { type IconName, icon } from "./icons.ts";
import type { View } from "./view.ts";

/** What stands between a pull request and its merge, and the buttons. */
export function mergeBox(view: View, issue: Issue, pull: Pull, hasBranch: boolean): Html {
  const { tone, lines, actions } = stateOf(view, issue, pull, hasBranch);
  return html`<section class="merge-box is-${tone}" aria-label="Merge"><span class="badge">${icon(tone === "purple" ? "merged" : "pull", 20)}</span>
    <div class="card">${lines}${actions !== undefined && html`<form method="post" action="${view.path}/pull/${pull.number}/state" class="buttons">${actions}</form>`}</div></section>`;
}

interface State {
  readonly tone: "green" | "red" | "gray" | "purple";
  readonly lines: Part;
  readonly actions: Part;
}

function stateOf(view: View, issue: Issue, pull: Pull, hasBranch: boolean): State {
  if (pull.merged !== undefined) {
    const words = "The changes are in. The branch can go.";
    const remove =
      hasBranch && view.may("write") && html`<button name="do" value="delete-branch">Delete branch</button>`;
    return {
      tone: "purple",
      lines: line("merged", "purple", "Pull request merged", words),
      actions: remove || undefined,
    };
  }
  if (issue.state === "closed") {
    return {
      tone: "red",
      lines: line("cross", "red", "Closed without a merge", "The commits stay on their branch."),
      actions: undefined,
    };
  }
  const reviews = [reviewLine(view, pull), checkLine(view, pull)];
  if (pull.isDraft) {
    const draft = line(
      "pull",
      "gray",
      "This pull request is a draft",
      "It can't be merged before it is marked as ready.",
    );
    const ready = view.may("write") && html`<button class="primary" name="do" value="ready">Ready for review</button>`;
    return { tone: "gray", lines: [reviews, draft], actions: ready || undefined };
  }
  return mergeable(view, pull, reviews);
}

function mergeable(view: View, pull: Pull, reviews: Part): State {
  if (!pull.counts.isMergeable) {
    const words = "The branch has conflicts with its base that must be resolved first.";
    return { tone: "gray", lines: [reviews, line("cross", "red", "Can't be merged", words)], actions: undefined };
  }
  const missing = view.world.missingChecks(view.store, pull);
  if (missing.length > 0) {
    const waiting = line("dot", "amber", "Required checks have not passed", missing.join(", "));
    return { tone: "gray", lines: [reviews, waiting], actions: undefined };
  }
  const good = line("check", "green", "No conflicts with the base branch", "Merging can be performed automatically.");
  if (!view.may("write")) {
    const no = line("lock", "gray", "Only those with write access may merge", `You act as ${view.me.login}.`);
    return { tone: "green", lines: [reviews, good, no], actions: undefined };
  }
  const actions = html`<button class="primary" name="do" value="merge">Merge pull request</button>
    <label class="hidden" for="method">How</label>
    <select id="method" name="method"><option value="merge">with a merge commit</option><option value="squash">squashed into one commit</option></select>`;
  return { tone: "green", lines: [reviews, good], actions };
}

function checkLine(view: View, pull: Pull): Part {
  const checks = checksOf(view, pull);
  const names = checks.map(({ name }) => name).join(", ");
  switch (overall(checks)) {
    case "good":
    case "neutral":
      return line("check", "green", "All checks have passed", names);
    case "bad":
      return line("cross", "red", "Some checks were not successful", names);
    case "busy":
      return line("dot", "amber", "Some checks have not completed yet", names);
    case undefined:
      return undefined;
    default:
      return undefined;
  }
}

function line(name: IconName, tone: string, title: string, words: string): Html {
  return html`<div class="merge-line"><span class="${tone}">${icon(name, 20)}</span><div><b>${title}</b><p class="muted">${words}</p></div></div>`;
}

function reviewLine({ store }: View, { number, requested }: Pull): Part {
  const verdicts = latestVerdicts([...store.reviews.values()].filter(({ pull }) => pull === number));
  const against = verdicts.filter(({ state }) => state === "CHANGES_REQUESTED").map(({ author }) => author.user.login);
  const forIt = verdicts.filter(({ state }) => state === "APPROVED").map(({ author }) => author.user.login);
  if (against.length > 0) return line("cross", "red", "Changes requested", `by ${against.join(", ")}`);
  if (forIt.length > 0) return line("check", "green", "Changes approved", `by ${forIt.join(", ")}`);
  if (requested.length > 0) {
    return line("eye", "amber", "Review requested", `from ${requested.map(({ login }) => login).join(", ")}`);
  }
  return undefined;
}

/** Of each person the last verdict counts; comments are none. */
export function latestVerdicts(reviews: readonly Review[]): Review[] {
  const latest = new Map<number, Review>();
  for (const review of reviews) {
    if (review.state === "APPROVED" || review.state === "CHANGES_REQUESTED" || review.state === "DISMISSED") {
      latest.set(review.author.user.id, review);
    }
  }
  return [...latest.values()].filter(({ state }) => state !== "DISMISSED");
}
