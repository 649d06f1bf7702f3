import { type Commit, listChangedFiles, listCommits, mergeBase, tipOf } from "../github/world/history.ts";
import type { Issue, Pull, Review, Thread } from "../github/world/model.ts";
import { findPull } from "../github/world/pulls.ts";
import { get } from "../github/world/world.ts";
import { avatar, person } from "./avatar.ts";
import { box } from "./boxes.ts";
import { checkList, checksOf } from "./checks.ts";
import { authorOf, commitList, subjectOf } from "./code.ts";
import { balance, diffFiles } from "./diff.ts";
import { eventLines, type Line } from "./events.ts";
import { commentForm } from "./forms.ts";
import { type Html, html, type Part } from "./html.ts";
import { type IconName, icon } from "./icons.ts";
import { commentLines, inOrder, opening, pill } from "./issue-page.ts";
import { issueSide, none, part } from "./issue-side.ts";
import { repositoryPage } from "./layout.ts";
import { latestVerdicts, mergeBox } from "./merge-box.ts";
import { remarksOn, threadCard } from "./threads.ts";
import { commentsOn, type View } from "./view.ts";
import { ago, plural } from "./words.ts";

export type PullTab = "conversation" | "commits" | "checks" | "files";

export async function pullPage(view: View, number: number, tab: PullTab, at?: string): Promise<string> {
  const pull = findPull(view.store, number);
  const issue = get(view.store.issues, number);
  const content = html`
    <div class="headline"><h2 id="title" data-live>${issue.title} <span class="muted">#${number}</span></h2></div>
    <p class="summary" id="summary" data-live>${statePill(issue, pull)} ${summary(issue, pull)}</p>
    ${tabs(view, pull, tab)}
    ${await contentOf(view, issue, pull, tab, at)}`;
  return repositoryPage(view, "pulls", `${issue.title} · Pull request #${number}`, content);
}

function contentOf(view: View, issue: Issue, pull: Pull, tab: PullTab, at: string | undefined): Promise<Html> | Html {
  switch (tab) {
    case "conversation":
      return conversation(view, issue, pull);
    case "commits":
      return commits(view, pull);
    case "checks":
      return html`<div id="checks" data-live>${checkList(view, pull)}</div>`;
    case "files":
      return files(view, issue, pull, at);
    default:
      return tab satisfies never;
  }
}

function statePill({ state }: Issue, { merged, isDraft }: Pull): Html {
  if (merged !== undefined) return pill("merged", "merged", "Merged");
  if (state === "closed") return pill("closed", "pull", "Closed");
  return isDraft ? pill("draft", "pull", "Draft") : pill("open", "pull", "Open");
}

function summary(issue: Issue, { counts, base, head, merged }: Pull): Html {
  const who = merged?.by ?? issue.author.user;
  const what = plural(counts.commits, "commit");
  const verb = merged === undefined ? "wants to merge" : "merged";
  return html`${person(who)} ${verb} ${what} into <code class="ref">${base.branch}</code> from <code class="ref">${head.branch}</code>`;
}

function tabs(view: View, pull: Pull, here: PullTab): Html {
  const { number, counts } = pull;
  const path = `${view.path}/pull/${number}`;
  const tab = (to: PullTab, name: IconName, words: string, count: number): Html =>
    html`<a href="${to === "conversation" ? path : `${path}/${to}`}" ${to === here && html`aria-current="page"`}>${icon(name)} ${words} <span class="count">${count}</span></a>`;
  return html`<nav class="pull-tabs" aria-label="Pull request" id="pull-tabs" data-live>
    ${tab("conversation", "comment", "Conversation", commentsOn(view, number) + shownReviews(view, number).length)}
    ${tab("commits", "commit", "Commits", counts.commits)}
    ${tab("checks", "check", "Checks", checksOf(view, pull).length)}
    ${tab("files", "file", "Files changed", counts.changedFiles)}
    <span class="end">${balance(counts.additions, counts.deletions)}</span>
  </nav>`;
}

async function conversation(view: View, issue: Issue, pull: Pull): Promise<Html> {
  const hasBranch = (await tipOf(view.store.repository.folder, pull.head.branch)) !== undefined;
  return html`<div class="columns">
    <div>
      <div class="timeline" id="timeline" data-live="list" aria-live="polite">${await timeline(view, issue, pull)}</div>
      <div id="merge" data-live>${mergeBox(view, issue, pull, hasBranch)}</div>
      ${commentForm(view, issue, pull.merged !== undefined)}
    </div>
    ${issueSide(view, issue, part("Reviewers", "reviewers", reviewers(view, pull)))}
  </div>`;
}

async function timeline(view: View, issue: Issue, pull: Pull): Promise<Part> {
  const lines = [
    ...commentLines(view, pull.number),
    ...eventLines(view, pull.number),
    ...shownReviews(view, pull.number).map((review) => reviewLine(view, review)),
    ...(await commitsOf(view, pull)).map((commit) => commitLine(view, commit)),
  ];
  // Commits are older than the pull request that brings them, but belong below what it says.
  return [opening(view, issue), ...inOrder(lines)];
}

async function commitsOf({ store }: View, { base, head }: Pull): Promise<Commit[]> {
  const { folder } = store.repository;
  const from = (await mergeBase(folder, base.sha, head.sha)) ?? base.sha;
  return listCommits(folder, ["--reverse", `${from}..${head.sha}`]);
}

function commitLine(view: View, commit: Commit): Line {
  const id = `commit-${commit.sha}`;
  const content = html`<div class="event commit" id="${id}"><span class="badge">${icon("commit")}</span>
    <p>${authorOf(view, commit)} <a href="${view.path}/commit/${commit.sha}">${subjectOf(commit)}</a> <code class="end">${commit.sha.slice(0, 7)}</code></p></div>`;
  return { id, atMs: commit.committer.atMs, content };
}

/** A pending review is its author's alone. */
const shownReviews = ({ store }: View, number: number): Review[] =>
  [...store.reviews.values()].filter(({ pull, state }) => pull === number && state !== "PENDING");

const verdictWords: Readonly<Record<Review["state"], readonly [IconName, string, string]>> = {
  APPROVED: ["check", "green", "approved these changes"],
  CHANGES_REQUESTED: ["cross", "red", "requested changes"],
  COMMENTED: ["eye", "", "reviewed"],
  DISMISSED: ["cross", "gray", "reviewed; the verdict was dismissed"],
  PENDING: ["eye", "gray", "is reviewing"],
};

function reviewLine(view: View, review: Review): Line {
  const { author, body, submittedMs: atMs = 0, state } = review;
  const [name, tone, words] = verdictWords[state];
  const id = `review-${review.id}`;
  const threads = threadsOf(view, review);
  const text = {
    id: `${id}-text`,
    author,
    verb: "said",
    body,
    atMs,
    isEdited: false,
    reactionsOn: { on: "review-comment", of: review.id },
  } as const;
  const content = html`<div class="review" id="${id}"><div class="event ${tone}"><span class="badge">${icon(name)}</span>
    <p>${avatar(author.user, 20)} ${person(author.user)} ${words} <a class="muted" href="#${id}">${ago(atMs, view.nowMs)}</a></p></div>
    ${body.trim() !== "" && box(view, text)}
    ${threads.map((thread) => threadCard(view, thread, review.pull, true))}</div>`;
  return { id, atMs, content };
}

/** The conversations that a review began; answers to older ones are shown there. */
function threadsOf({ store }: View, review: Review): Thread[] {
  const begun = [...store.reviewComments.values()].filter(
    (comment) => comment.review === review.id && comment.inReplyTo === undefined,
  );
  return begun.flatMap(({ thread }) => store.threads.get(thread) ?? []);
}

function reviewers(view: View, { number, requested }: Pull): Part {
  const latest = latestOfEach(shownReviews(view, number).filter(({ author }) => !requested.includes(author.user)));
  if (latest.length + requested.length === 0) return none("No reviews");
  return [
    latest.map(({ author, state }) => {
      const [name, tone, words] = verdictWords[state];
      return html`<p>${avatar(author.user, 20)} ${person(author.user)} <span class="end ${tone}" title="${words}">${icon(name)}</span></p>`;
    }),
    requested.map(
      (user) =>
        html`<p>${avatar(user, 20)} ${person(user)} <span class="end amber" title="asked for a review">${icon("dot")}</span></p>`,
    ),
  ];
}

/** Whoever gave a verdict stands by it, whatever he remarked later. */
function latestOfEach(reviews: readonly Review[]): Review[] {
  const remarks = new Map(reviews.map((review) => [review.author.user.id, review]));
  const verdicts = latestVerdicts(reviews).map((review) => [review.author.user.id, review] as const);
  return [...new Map([...remarks, ...verdicts]).values()];
}

async function commits(view: View, pull: Pull): Promise<Html> {
  return html`<div id="commits" data-live>${commitList(view, await commitsOf(view, pull))}</div>`;
}

async function files(view: View, issue: Issue, pull: Pull, at: string | undefined): Promise<Html> {
  const { folder } = view.store.repository;
  const from = (await mergeBase(folder, pull.base.sha, pull.head.sha)) ?? pull.base.sha;
  const changed = await listChangedFiles(folder, from, pull.head.sha);
  return html`${issue.state === "open" && reviewForm(view, issue, pull)}
    <div id="diff" data-live>${diffFiles(changed, remarksOn(view, pull.number, at))}</div>`;
}

function reviewForm(view: View, issue: Issue, { number }: Pull): Html {
  const isOwn = issue.author.user.id === view.me.id;
  return html`<details class="menu review-menu"><summary class="button primary">Review changes</summary>
    <form method="post" action="${view.path}/pull/${number}/review" class="popover writing">
      <label for="review-body">Finish your review as <b>${view.me.login}</b></label>
      <textarea id="review-body" name="body" rows="5" placeholder="Markdown is fine"></textarea>
      ${choice("COMMENT", "Comment", "General feedback without a verdict.")}
      ${choice("APPROVE", "Approve", "These changes may be merged.", isOwn)}
      ${choice("REQUEST_CHANGES", "Request changes", "Something must be done before the merge.", isOwn)}
      <p class="buttons"><button class="primary">Submit review</button></p>
    </form></details>`;
}

function choice(value: string, words: string, hint: string, isOff = false): Html {
  return html`<label class="choice"><input type="radio" name="verdict" value="${value}" ${value === "COMMENT" && html`checked`} ${isOff && html`disabled`}> <span><b>${words}</b><br><small>${hint}</small></span></label>`;
}
