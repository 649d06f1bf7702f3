import type { HeldFinding } from "./held.ts";
import type { JobSight, WorkspaceSight } from "./sight.ts";
import type { Round } from "./round-shape.ts";
import { wishText } from "./wish-text.ts";
import type { Brief, IssueRef, Run, Submission } from "./task.ts";

/** The tools by which an agent says how its work ended. */
export const submitTool = "submit_pull_request";
export const noChangeTool = "no_change_needed";
/** The tool by which it answers a reviewer. */
export const threadTool = "answer_thread";

/**
 * The first thing the agent is told, `{brief}` being a file. It holds none of the issue's text: an agent may read `@path`
 * in a prompt as a wish to attach that file, so what people wrote is handed over in a file.
 */
export const first =
  "Work on the GitHub issue in the file {brief} (read it first). Follow your instructions for how to hand the work in.";

/** What a resumed agent is told. */
export const news = "There is news about your work in the file {brief}. Read it first, then go on.";

/** What the repository itself says to agents, read from its base branch. */
export interface RepositoryTexts {
  readonly instructions: string | undefined;
  readonly guide: string | undefined;
}

/** The issue as a file for the agent. */
export function briefFile(issue: IssueRef, brief: Brief): string {
  const comments = brief.comments.map(
    (one) => `## Comment by ${one.by} on ${new Date(one.atMs).toISOString()}\n\n${one.text}\n`,
  );
  return [
    `# Issue #${issue.number}: ${brief.title}`,
    "",
    brief.body.trim() || "(no description)",
    "",
    ...comments,
  ].join("\n");
}

/** Standing instructions, added to the agent's own. */
export function instructions(
  issue: IssueRef,
  branch: string,
  verify: readonly string[],
  extra: RepositoryTexts,
): string {
  return [
    `You work for the team of ${issue.owner}/${issue.name} on issue #${issue.number}, alone in your own git worktree on the branch ${branch}.`,
    "Nobody watches you type. People read your pull request, and the issue says what they want.",
    "",
    "- Make the change that the issue asks for, with tests where the project has them, in small commits with messages that say why.",
    "- Commit everything that belongs to the change. Stay on your branch; do not push: Coppice pushes for you.",
    verify.length > 0
      ? `- These checks must pass: ${verify.map((line) => `\`${line}\``).join(", ")}. Run them before you hand in.`
      : undefined,
    `- When all is committed, call the tool ${submitTool} with a title and a body for the pull request, then end your turn.`,
    `- If the issue needs no change, call ${noChangeTool} with the reason, then end your turn.`,
    "- If you can't go on without a decision, ask the question; a person will answer.",
    extra.instructions === undefined ? undefined : `\n# From the repository's settings\n\n${extra.instructions}`,
    extra.guide === undefined ? undefined : `\n# The repository's guide for agents (CLAUDE.md)\n\n${extra.guide}`,
  ]
    .filter((line) => line !== undefined)
    .join("\n");
}

export function whatIsMissing(run: Run, workspace: WorkspaceSight & { is: "there" }): string {
  const missing: string[] = [];
  if (workspace.midOperation !== undefined) missing.push(`a ${workspace.midOperation} is not finished`);
  if (workspace.uncommitted > 0)
    missing.push(
      `${workspace.uncommitted} changed or new files are in no commit (commit them, or remove what does not belong)`,
    );
  if (workspace.commitsAhead === 0 && workspace.uncommitted === 0) missing.push("there is no commit on your branch");
  if (run.submitted === undefined) missing.push(`${submitTool} was not called`);
  return [
    `Your turn ended, but the work is not handed in: ${missing.join("; ")}.`,
    `Go on until all is committed, then call ${submitTool} with a title and a body.`,
    `If no change is needed, call ${noChangeTool} with the reason. If you need a decision, ask the question with your question tool.`,
  ].join(" ");
}

/** The round makes each one different: Claude Code takes a message that it had before for the same one. */
export function checksFailed(checks: JobSight & { is: "failed" }, round: number, rounds: number): string {
  return [
    `The repository's check \`${checks.command}\` failed (${checks.status}) on what you committed (round ${round} of ${rounds}). The end of its output:`,
    "",
    checks.tail,
    "",
    `Mend it, commit, and call ${submitTool} again.`,
  ].join("\n");
}

export function afterRestart(lastMessage: string | undefined): string {
  const before = lastMessage === undefined ? "" : ` The last thing you were told was: ${lastMessage}`;
  return `Your session was restarted in the middle of the work. Look at the state of your worktree and go on where you were.${before}`;
}

export function goOn(): string {
  return "The last turn failed because the model's service did not answer. Please go on where you were.";
}

export function rested(): string {
  return "You were interrupted because a limit was reached, and may go on now. Look at the state of your worktree and go on where you were.";
}

export function noProgress(stuckFor: string): string {
  return `For ${stuckFor} you did nothing that you had not done before, and nothing in your worktree changed. If something hangs or goes round in a circle, end it and try another way. If you can't go on, commit what is good and hand it in, or say what you need.`;
}

/** What people say goes into a file; this is what the agent is told of it. Each is another, for Claude Code takes one only once. */
export function newsInFile(id: string): string {
  return `There is news about your work in the file {brief} (${id}). Read it first, then go on.`;
}

export function personSays(who: string, text: string): string {
  return `${who}, who may decide about this work, says:\n\n${text}`;
}

export function personComments(who: string, text: string): string {
  return `${who}, who may decide about this work, wrote a comment while you work. Heed it as far as it is about the task:\n\n${text}`;
}

/** Its author may be a stranger, so the words are shown as somebody's, and not as an instruction. */
export function takenComment(author: string, by: string, text: string): string {
  const quoted = text.split("\n").map((line) => `> ${line}`);
  return `${by} hands you this comment by ${author} to consider:\n\n${quoted.join("\n")}`;
}

export function personSaysGoOn(who: string): string {
  return `${who} lets you go on. Look at the state of your worktree and go on where you were.`;
}

export function answeredLate(who: string, words: string): string {
  return `${who} answered what you asked: ${words}`;
}

/** What is wanted of the pull request, with the ids by which the agent answers reviewers. */
export function roundBrief(round: Round): string {
  const wishes = round.wishes.map((wish) => wishText(wish, round.base));
  const threads = (round.threads ?? []).map(({ id, path, line, comments }) =>
    [
      `## Thread ${id}`,
      "",
      line === undefined ? `At the file ${path}:` : `At line ${line} of ${path}:`,
      "",
      ...comments.map(({ by, text }) => `${by}: ${text}\n`),
    ].join("\n"),
  );
  const answering =
    threads.length === 0
      ? []
      : [
          `Answer every thread with the tool ${threadTool}: what you changed, or why not; resolved only when it is dealt with.`,
        ];
  return [
    `# Round ${round.number}: there is more to do about your pull request`,
    round.broughtIn ?? "",
    ...wishes,
    ...threads,
    [
      "# What to do",
      "",
      "Make the changes that this asks for, commit them on your branch, and end your turn.",
      ...answering,
    ].join("\n"),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

export function roundIsMissing(
  workspace: WorkspaceSight & { is: "there" },
  threads: readonly string[],
  reminder: number,
): string {
  const missing: string[] = [];
  if (workspace.midOperation !== undefined) missing.push(`a ${workspace.midOperation} is not finished`);
  if (workspace.uncommitted > 0) missing.push(`${workspace.uncommitted} changed or new files are in no commit`);
  if (threads.length > 0) missing.push(`these threads have no answer yet: ${threads.join(", ")} (use ${threadTool})`);
  return `Your turn ended, but this round is not over (reminder ${reminder}): ${missing.join("; ")}.`;
}

export function pushRefused(findings: readonly HeldFinding[]): string {
  const mayBeAllowed = findings.some(({ id }) => id !== undefined);
  return [
    "Your commits can't be pushed as they are:",
    ...findings.map(({ words }) => `- ${words}`),
    `Rewrite the commits on your branch so that none of them holds this, then call ${submitTool} again.`,
    ...(mayBeAllowed
      ? [
          `If the issue asks for just this, or it is no secret at all, leave it and call ${submitTool}: people decide then.`,
        ]
      : []),
  ].join("\n");
}

export function personAllowed(who: string): string {
  return `${who} has allowed what held your commits back. Change nothing, and call ${submitTool} again.`;
}

/** Stands in for a pull request text that the agent never gave. */
export function unsubmitted(lastSubject: string, lastSaid: string): Submission {
  const said = lastSaid === "" ? "" : `\n\nThe last thing it said:\n\n${lastSaid}`;
  return {
    title: lastSubject || "Unfinished work",
    body: `The agent ended without handing this in, so it is a draft. Please look closely whether it is whole.${said}`,
    isWhole: false,
  };
}
