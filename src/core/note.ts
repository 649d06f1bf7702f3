import type { HeldFinding } from "./held.ts";
import { limitsOf, type OperatorPolicy } from "./policy.ts";
import * as prompt from "./prompt.ts";
import { type ReadFailure, takeFailures, takeRunAgain } from "./pull-watch.ts";
import type { MergedBase } from "./round-shape.ts";
import { messageSent, restarted, withMessage } from "./run.ts";
import { giveUp, move } from "./step.ts";
import type { Delivered, PullRef, Task } from "./task.ts";
import { takeSteeringNote } from "./steering-note.ts";
import { type OwedReply, type Take, withSteering } from "./steering.ts";
import type { StateLabel } from "./trigger.ts";

/** What an action found out that the next pass can't look up, or only at a price. */
export type Note =
  | { readonly of: "greet" }
  | { readonly of: "prepare-workspace"; readonly unknownBase: readonly string[] }
  | { readonly of: "start-session" }
  | { readonly of: "tell"; readonly is: "sent" | "not-reachable" }
  | { readonly of: "let-stop" }
  | ({ readonly of: "deliver"; readonly is: "pushed" } & Delivered)
  | { readonly of: "deliver"; readonly is: "refused"; readonly head: string; readonly findings: readonly HeldFinding[] }
  | { readonly of: "open-pull"; readonly ref: PullRef }
  | { readonly of: "close-pull" }
  | { readonly of: "tell-beside"; readonly commentId: number; readonly text: string }
  | { readonly of: "deliver"; readonly is: "brought-in" }
  | { readonly of: "ask-review" }
  | { readonly of: "bring-in"; readonly words: string }
  | { readonly of: "merge-base"; readonly base: MergedBase }
  | { readonly of: "read-failures"; readonly sha: string; readonly read: readonly ReadFailure[] }
  | { readonly of: "run-check-again"; readonly key: string; readonly isRunning: boolean }
  | { readonly of: "interrupt" }
  | { readonly of: "reply"; readonly owed: OwedReply; readonly is: "given" | "too-late" }
  | {
      readonly of: "read-comment";
      readonly take: Take;
      readonly found: { readonly by: string; readonly text: string } | undefined;
    }
  | { readonly of: "acknowledge"; readonly comment: number }
  | { readonly of: "ask"; readonly event: string; readonly text: string; readonly commentId: number }
  | { readonly of: "close-question" }
  | { readonly of: "answer-thread"; readonly thread: string }
  | { readonly of: "show-check"; readonly check: number }
  | { readonly of: "label"; readonly want: StateLabel | undefined; readonly was: StateLabel | undefined }
  | { readonly of: "say"; readonly text: string; readonly commentId: number };

/** Takes what an action found out into the task. */
export function takeNote(task: Task, note: Note, operator: OperatorPolicy, nowMs: number): Task {
  const { run, said } = task;
  switch (note.of) {
    case "greet":
      return { ...task, said: { ...said, greeted: true } };
    case "prepare-workspace":
      return giveUp(task, { is: "gave-up", cause: "unknown-base", detail: unknownBase(task, note.unknownBase) }, nowMs);
    case "start-session":
    case "tell":
      if (run?.outbox === undefined) return task;
      // A live session that can't be reached is ended, and resumed with the message as its prompt.
      if (note.of === "tell" && note.is === "not-reachable") return { ...task, run: restarted(run, nowMs) };
      return { ...task, run: messageSent(run, nowMs) };
    case "let-stop":
      return run === undefined ? task : { ...task, run: { ...run, heldStop: undefined } };
    case "deliver":
      return delivered(task, note, operator, nowMs);
    case "open-pull":
      return { ...task, pull: note.ref };
    case "close-pull":
      return { ...task, said: { ...said, pullClosed: true } };
    case "tell-beside":
      return { ...task, said: { ...said, beside: { commentId: note.commentId, text: note.text } } };
    case "ask-review":
      return { ...task, said: { ...said, reviewAsked: true } };
    case "bring-in":
      return task.round === undefined ? task : { ...task, round: { ...task.round, broughtIn: note.words } };
    case "merge-base":
      return task.round === undefined ? task : { ...task, round: { ...task.round, base: note.base } };
    case "read-failures":
      return takeFailures(task, note.sha, note.read, operator, nowMs);
    case "run-check-again":
      return takeRunAgain(task, note.key, note.isRunning, nowMs);
    case "interrupt":
    case "reply":
    case "read-comment":
    case "acknowledge":
    case "ask":
    case "close-question":
    case "answer-thread":
    case "show-check":
      return takeSteeringNote(task, note);
    case "label":
      return { ...task, said: { ...said, label: note.want, maybeLabels: said.maybeLabels.filter(isStill(note)) } };
    case "say":
      return { ...task, said: { ...said, text: note.text, commentId: note.commentId, atMs: nowMs } };
    default:
      return note satisfies never;
  }
}

function delivered(task: Task, note: Note & { of: "deliver" }, operator: OperatorPolicy, nowMs: number): Task {
  switch (note.is) {
    case "pushed":
      return { ...withSteering(task, { held: undefined, allowed: [] }), delivered: deliveredOf(note) };
    case "refused":
      return pushRefused(task, note, operator, nowMs);
    case "brought-in": {
      // With other people's commits below, ours are others than those that were checked.
      const run = task.run === undefined ? undefined : { ...task.run, round: task.run.round + 1 };
      return move({ ...task, run }, { at: "checking", sinceMs: nowMs }, "people pushed to the branch; checks again");
    }
    default:
      return note satisfies never;
  }
}

function deliveredOf({ sha, flags, files }: Delivered): Delivered {
  return { sha, ...(flags === undefined ? {} : { flags }), ...(files === undefined ? {} : { files }) };
}

function isStill({ want, was }: Note & { of: "label" }): (label: StateLabel) => boolean {
  return (label) => label === want || label !== was;
}

function unknownBase(task: Task, known: readonly string[]): string {
  const some = known
    .slice(0, 8)
    .map((branch) => `\`${branch}\``)
    .join(", ");
  return `there is no branch \`${task.base?.branch ?? ""}\` to start from${some === "" ? "" : `; there are ${some}`}`;
}

/**
 * What may not leave goes back to the agent, in the same number of rounds as failing checks. An agent that hands in the same commits again
 * has nothing to mend: then it is for people to say.
 */
function pushRefused(
  before: Task,
  { head, findings }: Note & { of: "deliver"; is: "refused" },
  operator: OperatorPolicy,
  nowMs: number,
): Task {
  const task = withSteering(before, { held: { head, findings } });
  const words = findings.map((finding) => finding.words);
  const { run } = task;
  const rounds = (run?.verifyRounds ?? 0) + 1;
  const isTheSame = before.steering.held?.head === head;
  if (run === undefined || isTheSame || rounds > limitsOf(operator, task.policy).verifyRounds) {
    return giveUp(task, { is: "gave-up", cause: "push-refused", detail: words.join("; ") }, nowMs);
  }
  const told = withMessage({ ...run, verifyRounds: rounds }, `push-${rounds}`, prompt.pushRefused(findings));
  return move(
    { ...task, run: told },
    { at: "working", sinceMs: nowMs },
    "the commits can't be pushed as they are; hands them back",
  );
}
