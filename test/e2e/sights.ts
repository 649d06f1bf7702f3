import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Github } from "../../src/demo/github/start.ts";
import type { Pull } from "../../src/demo/github/world/model.ts";

/** What is so at the stand-in GitHub and on the machine, for tests to assert on. */

export function pullsOf(github: Github, repository: string): Pull[] {
  return [...github.store(repository).pulls.values()];
}

export function pullOf(github: Github, repository: string, issue: number): Pull | undefined {
  return pullsOf(github, repository).find(({ head }) => head.branch.startsWith(`coppice/issue-${issue}-`));
}

/** Title and body of a pull request; GitHub keeps them as those of an issue. */
export function pullTextOf(github: Github, repository: string, pull: number): { title: string; body: string } {
  const found = github.store(repository).issues.get(pull);
  return { title: found?.title ?? "", body: found?.body ?? "" };
}

export function commentsOf(github: Github, repository: string, issue: number): string[] {
  return [...github.store(repository).comments.values()].filter((one) => one.issue === issue).map(({ body }) => body);
}

export function labelsOf(github: Github, repository: string, issue: number): string[] {
  const store = github.store(repository);
  return (store.issues.get(issue)?.labels ?? []).map((id) => store.labels.get(id)?.name ?? "?");
}

/** What the sweep asks, at start and every few minutes. */
const sweeping =
  /^(apps\/(get-authenticated|list-)|issues\/list-for-repo|issues\/list-events|issues\/list-comments-for-repo|pulls\/list-reviews)/;

/** What the App asked of GitHub's API for tasks, without the edits of status comments. */
export function requestsOfApp(github: Github): string[] {
  const asked = github.requests.filter(
    ({ who, method, operation }) =>
      /^(app|installation )/.test(who) && method !== "PATCH" && operation !== "git" && !sweeping.test(operation),
  );
  return asked.map(({ method, operation, status }) => `${method} ${operation} ${status}`);
}

export function branchesOf(github: Github, repository: string): string[] {
  const dir = github.store(repository).repository.folder;
  const out = execFileSync("git", ["--git-dir", dir, "for-each-ref", "--format=%(refname:short)", "refs/heads"], {
    encoding: "utf8",
  });
  return out.split("\n").filter((name) => name !== "");
}

export function worktreesOf(home: string): string {
  const repositories = join(home, "repositories");
  const workshops = readdirSync(repositories).map((name) => join(repositories, name, "workshop.git"));
  return workshops.map((dir) => execFileSync("git", ["-C", dir, "worktree", "list"], { encoding: "utf8" })).join("");
}

export function sessionsOf(socket: string): string[] {
  try {
    const out = execFileSync("tmux", ["-S", socket, "list-sessions", "-F", "#{session_name}"], {
      encoding: "utf8",
      stdio: "pipe",
    });
    return out.split("\n").filter((name) => name !== "");
  } catch (error) {
    if (error instanceof Error && /no server|no sessions|No such file/.test(error.message)) return [];
    throw error;
  }
}

/** The phases of all tasks, as saved. */
export function phasesIn(home: string): string[] {
  const database = new DatabaseSync(join(home, "coppice.db"), { readOnly: true });
  const rows = database.prepare("select phase from tasks").all();
  database.close();
  return rows.map(({ phase }) => String(phase));
}

/** The names of files in all workspaces. */
export function workFilesIn(home: string): string[] {
  const repositories = join(home, "repositories");
  const trees = readdirSync(repositories).map((name) => join(repositories, name, "trees"));
  return trees.flatMap((folder) => readdirSync(folder).flatMap((name) => readdirSync(join(folder, name))));
}

/** The files of all work that was saved before its workspace went. */
export function savedFilesIn(home: string): string[] {
  const repositories = join(home, "repositories");
  return readdirSync(repositories).flatMap((name) => {
    const gate = ["--git-dir", join(repositories, name, "gate.git")];
    const refs = lines(execFileSync("git", [...gate, "for-each-ref", "--format=%(refname)", "refs/coppice/saved"]));
    return refs.flatMap((ref) => lines(execFileSync("git", [...gate, "ls-tree", "-r", "--name-only", ref])));
  });
}

function lines(output: Buffer): string[] {
  return output
    .toString()
    .split("\n")
    .filter((line) => line !== "");
}
