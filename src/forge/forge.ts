import type { Forge, Log } from "../control/ports.ts";
import type { OperatorPolicy } from "../core/policy.ts";
import type { RequestsLeft } from "../core/request-budget.ts";
import type { IssueRef, Person } from "../core/task.ts";
import { createAccess, type AccessRules, type Judge } from "./access.ts";
import { createAdmission } from "./admission.ts";
import { createBaseBranches } from "./base-branch.ts";
import { createBriefs } from "./brief.ts";
import { hasStatus, inWords, messageOf } from "./failures.ts";
import { createCheckRuns } from "./check-run.ts";
import { createComments } from "./comments.ts";
import { createCommitChecks } from "./commit-checks.ts";
import { createIssues } from "./issues.ts";
import { createJobs } from "./jobs.ts";
import { lookAtOthers } from "./other-issues.ts";
import { createLabels } from "./labels.ts";
import { createMissedDeliveries, type RedeliverMissed } from "./missed-deliveries.ts";
import type { Octokits } from "./octokits.ts";
import { createPullChecks } from "./pull-checks.ts";
import { createPullRequests } from "./pull-requests.ts";
import { createRemotes, type Remote } from "./remote.ts";
import { at, createRepositories, nameOf } from "./repositories.ts";
import { createReach } from "./reach.ts";
import { createRecentEdits } from "./recent-edits.ts";
import { createReviewThreads } from "./review-threads.ts";
import { createSettingsFiles, type SettingsMemory } from "./settings-file.ts";
import { createSight } from "./sight.ts";
import { createStanding } from "./standing.ts";
import { createStatusComment } from "./status-comment.ts";
import { createSweep, type Sweep } from "./sweep.ts";

export interface ForgeOptions {
  readonly octokits: Octokits;
  readonly appId: number;
  /** Where people and git find GitHub, such as `https://github.com`. */
  readonly webUrl: string;
  readonly operator: Pick<OperatorPolicy, "triggerLabel" | "agents" | "defaultAgent">;
  readonly people: AccessRules & {
    /** undefined: every repository on which the App is installed. */
    readonly allowedRepositories: readonly string[] | undefined;
    /** Logins of people whose commands count whatever their role; nobody unless given. */
    readonly operators?: readonly string[];
  };
  readonly memory: SettingsMemory;
  /** Told of every token that git gets, so that no log shows one. */
  readonly learnSecret: (secret: string) => void;
  readonly log: Log;
  readonly nowMs: () => number;
  /** How long to give GitHub to work out whether a pull request can be merged, before each further question; for tests. */
  readonly mergePauseMs?: readonly number[];
}

/** GitHub for the loop, and for the few others who need to know of it. */
export interface GithubForge extends Forge {
  /** The repository as git reaches it. */
  readonly remote: (issue: IssueRef) => Remote;
  /** The settings file of a repository changed, or may have. */
  readonly forgetSettings: (repositoryId: number) => void;
  /** Notes the labels whose webhooks never came. */
  readonly sweep: Sweep;
  /** Has GitHub send again what did not reach us. */
  readonly redeliverMissed: RedeliverMissed;
  /** What is left of this hour's requests where the fewest are; undefined when that is not known. */
  readonly requestsLeft: () => RequestsLeft | undefined;
}

export function createForge(options: ForgeOptions): GithubForge {
  const { octokits, appId, operator, people, log, nowMs, mergePauseMs = [1_000, 3_000] } = options;
  const repositories = createRepositories(octokits);
  const issues = createIssues({ octokits, repositories, nowMs });
  const settings = createSettingsFiles(options);
  const access = createAccess(octokits, people);
  const briefs = createBriefs(octokits);
  const { allowedRepositories } = people;
  const recentEdit = createRecentEdits(octokits);
  const admit = createAdmission({ repositories, issues, access, briefs, recentEdit, settings, allowedRepositories });
  const standing = createStanding({ octokits, allowedRepositories, nowMs });
  const reach = createReach(createSight({ octokits, issues, mergePauseMs }), standing);
  const comment = createStatusComment({ octokits, issues, appId, log });
  const labels = createLabels({ octokits, triggerLabel: operator.triggerLabel, log });
  const pulls = createPullRequests({ octokits, log });

  const comments = createComments({ octokits, appId, log });
  const threads = createReviewThreads({ octokits, judgeOf: commanders, log });
  const showCheck = createCheckRuns(octokits, log);
  const readCommit = createCommitChecks(octokits, appId, log);
  const readChecks = createPullChecks({ readCommit, lookAtBase: createBaseBranches(octokits, log), nowMs });
  const jobs = createJobs(octokits, log);

  async function mayCommand(issue: IssueRef, person: Person): Promise<boolean> {
    return (await commanders(issue)(person)).may;
  }

  /** Whose commands and reviews count: those of operators, too, whatever their role. */
  function commanders(issue: IssueRef): Judge {
    const judge = access.judgeOf(issue);
    return async (person) => (isOperator(person) ? { may: true } : await judge(person));
  }

  function isOperator({ login }: Person): boolean {
    return people.operators?.some((one) => one.toLowerCase() === login.toLowerCase()) === true;
  }

  /** A token that GitHub takes no more is not used again, so that the next try brings its own. */
  async function ask<T>(issue: IssueRef, what: string, run: () => Promise<T>): Promise<T> {
    return await inWords(`${what} (${nameOf(issue)})`, async () => {
      try {
        return await run();
      } catch (error) {
        if (hasStatus(error, 401)) octokits.forget(issue.installationId);
        if (hasStatus(error, 403, 404, 410)) reach.suspect(issue.repositoryId);
        throw error;
      }
    });
  }

  /** A greeting is a nicety: where it is not possible, the work goes on. */
  async function greet(issue: IssueRef): Promise<void> {
    const { rest } = octokits.installation(issue.installationId);
    try {
      await rest.reactions.createForIssue({ ...at(issue), issue_number: issue.number, content: "eyes" });
    } catch (error) {
      if (!hasStatus(error, 403, 404, 410, 422)) throw error;
      log.info({ issue: nameOf(issue), why: messageOf(error) }, "the issue takes no reaction");
    }
  }

  return {
    look: (task) => ask(task.issue, "show the issue", () => reach.look(task)),
    admit: (task) => ask(task.issue, "tell who labelled what", () => admit(task)),
    triggerOf: (issue) =>
      ask(issue, "show the repository's settings", async () => {
        const { policy } = await settings.inForce(issue);
        return { label: policy.triggerLabel ?? operator.triggerLabel, agent: policy.agent };
      }),
    lookAtOthers: (issue, numbers) =>
      ask(issue, "show the issues that this one depends on", () => lookAtOthers(issues, issue, numbers)),
    greet: (issue) => ask(issue, "take a reaction", () => greet(issue)),
    say: (task, text) => ask(task.issue, "take the status comment", () => comment.say(task, text)),
    showState: (task, want, was) => ask(task.issue, "take a label", () => labels.showState(task, want, was)),
    openPull: (task, pull) => ask(task.issue, "open the pull request", () => pulls.open(task, pull)),
    closePull: (task, pull, text) =>
      ask(task.issue, "close the pull request", async () => {
        await comments.comment(task.issue, pull.number, "outdone", text);
        await pulls.close(task.issue, pull);
      }),
    askReview: (task, pull, reviewers) =>
      ask(task.issue, "ask for a review", () => pulls.askReview(task, pull, reviewers)),
    mayCommand: (issue, person) => ask(issue, "tell who may decide", () => mayCommand(issue, person)),
    react: (issue, id, isDone) => ask(issue, "take a reaction", () => comments.react(issue, id, isDone)),
    comment: (issue, on, key, text) => ask(issue, "take a comment", () => comments.comment(issue, on, key, text)),
    editComment: (issue, id, text) => ask(issue, "take a comment", () => comments.editComment(issue, id, text)),
    readComment: (issue, id) => ask(issue, "show a comment", () => comments.readComment(issue, id)),
    readThreads: (task, pull, reviews) => ask(task.issue, "show a review", () => threads.read(task, pull, reviews)),
    answerThread: (task, pull, thread, round) =>
      ask(task.issue, "take an answer", () => threads.answer(task, pull, thread, round)),
    showCheck: (task, check, round, isOver) =>
      ask(task.issue, "take a check run", () => showCheck(task, check, round, isOver)),
    readChecks: (task) => ask(task.issue, "show the checks", () => readChecks(task)),
    readCheckLog: (issue, job) => ask(issue, "show a job's log", () => jobs.readLog(issue, job)),
    rerunCheck: (issue, job) => ask(issue, "run a job again", () => jobs.rerun(issue, job)),
    redeliverMissed: createMissedDeliveries(octokits.sparing, log, nowMs),
    sweep: createSweep({ octokits: octokits.sparing, settings, operator, allowedRepositories, log, nowMs }),
    requestsLeft: () => octokits.requestsLeft(),
    remote: createRemotes(options),
    forgetSettings: (repositoryId) => settings.forget(repositoryId),
  };
}
