import type { Admission } from "../core/sight.ts";
import type { Task } from "../core/task.ts";
import { baseNamedIn } from "../core/trigger.ts";
import type { Access, Judge } from "./access.ts";
import type { Briefs, IssueText } from "./brief.ts";
import type { Issues } from "./issues.ts";
import type { LookForRecentEdit } from "./recent-edits.ts";
import { isServed, type Repositories, type Repository } from "./repositories.ts";
import type { SettingsFiles } from "./settings-file.ts";

interface AdmissionParts {
  readonly repositories: Repositories;
  readonly issues: Issues;
  readonly access: Access;
  readonly briefs: Briefs;
  readonly recentEdit: LookForRecentEdit;
  readonly settings: SettingsFiles;
  /** undefined: every repository on which the App is installed. */
  readonly allowedRepositories: readonly string[] | undefined;
}

/** Answers whether a label may start a task, and with what text and settings. Whoever may not gets no answer. */
export function createAdmission(parts: AdmissionParts): (task: Task) => Promise<Admission> {
  const { repositories, issues, access, briefs, recentEdit, settings, allowedRepositories } = parts;

  async function admit(task: Task): Promise<Admission> {
    const { issue, asked } = task;
    if (!isServed(`${issue.owner}/${issue.name}`, allowedRepositories))
      return refusedQuietly("the repository is not listed here");
    const judge = access.judgeOf(issue);
    const [repository, verdict, sight] = await Promise.all([
      repositories.look(issue),
      judge(asked.by),
      issues.look(issue, asked.atMs),
    ]);
    if (!isServed(repository.fullName, allowedRepositories)) return refusedQuietly("the repository is not listed here");
    if (!verdict.may) return refusedQuietly(verdict.reason);
    if (sight.is === "gone") return refusedQuietly("the issue is gone");
    const { data } = sight;
    const obstacle = obstacleIn(repository, data.state, data.pull_request !== undefined, data.locked);
    if (obstacle !== undefined) return { is: "refused", reason: obstacle, isQuiet: false };
    const editor = await recentEdit(task, judge);
    if (editor !== undefined) return { is: "refused", reason: unread(editor), isQuiet: false };
    const now = { title: data.title, body: data.body ?? "", comments: data.comments };
    const blockedBy = data.issue_dependencies_summary?.blocked_by ?? 0;
    return { ...(await read(task, repository, now, judge)), blockedBy };
  }

  /** The text is the one that was there when the label was put on, if its webhook came; who labelled has read that one. */
  async function read(
    task: Task,
    repository: Repository,
    now: IssueText,
    judge: Judge,
  ): Promise<Admission & { is: "admitted" }> {
    const [brief, { policy, mistakes }] = await Promise.all([
      briefs.read(task, { ...now, ...task.asked.text }, judge),
      settings.inForce(task.issue),
    ]);
    const { text } = task.asked;
    const wasChanged = text !== undefined && (text.title !== now.title || text.body !== now.body);
    const named = baseNamedIn(brief.body);
    const baseBranch = named ?? policy.base ?? repository.defaultBranch;
    return {
      is: "admitted",
      brief: { ...brief, wasChanged },
      baseBranch,
      baseNamed: named !== undefined,
      policy,
      mistakes,
    };
  }

  return admit;
}

/** Else somebody could have his words worked on that nobody has read. */
function unread(editor: string): string {
  return `${editor}, who may not decide here, changed the issue shortly before it was labelled; read it again, then take the label off and put it on anew`;
}

function obstacleIn(repository: Repository, state: string, isPull: boolean, isLocked: boolean): string | undefined {
  if (repository.isArchived) return "the repository is archived";
  if (isPull) return "this is a pull request; only issues can be worked on";
  if (state !== "open") return "the issue is closed";
  if (isLocked) return "the issue is locked";
  return undefined;
}

function refusedQuietly(reason: string): Admission {
  return { is: "refused", reason, isQuiet: true };
}
