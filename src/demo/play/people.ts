import { Octokit } from "@octokit/rest";
import type { Demo } from "../demo.ts";

/** What people of the demo do and see, each by GitHub's API in their own name. */
export interface Player {
  readonly login: string;
  label(issue: number, label: string): Promise<void>;
  /** What the issue's page shows. */
  look(issue: number): Promise<Sight>;
  /** Reads what a pull request changes, and says how it looks. */
  approve(pull: number): Promise<string>;
  merge(pull: number): Promise<void>;
  branches(): Promise<readonly string[]>;
  pullsFor(issue: number): Promise<readonly SeenPull[]>;
}

export interface Sight {
  readonly title: string;
  readonly isOpen: boolean;
  readonly labels: readonly string[];
  readonly isGreeted: boolean;
  /** The status comments: there should be one, once it began. */
  readonly statuses: readonly string[];
  readonly pulls: readonly SeenPull[];
}

export interface SeenPull {
  readonly number: number;
  readonly title: string;
  readonly branch: string;
  readonly state: "open" | "closed" | "merged";
  readonly isDraft: boolean;
  readonly asks: readonly string[];
}

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

export function createPlayer({ github, sample }: Demo, login: string): Player {
  const { rest, paginate } = new Octokit({ baseUrl: github.apiUrl, auth: github.tokenOf(login), log: quiet });
  const [owner = "", repo = ""] = sample.repository.split("/");
  const at = { owner, repo };

  async function pullsFor(issue: number): Promise<SeenPull[]> {
    const all = await paginate(rest.pulls.list, { ...at, state: "all", per_page: 100 });
    return all
      .filter(({ body }) => new RegExp(`\\b(closes|fixes) #${issue}\\b`, "i").test(body ?? ""))
      .map((pull) => ({
        number: pull.number,
        title: pull.title,
        branch: pull.head.ref,
        state: pull.merged_at !== null ? "merged" : pull.state === "open" ? "open" : "closed",
        isDraft: pull.draft === true,
        asks: (pull.requested_reviewers ?? []).map((user) => user.login),
      }));
  }

  return {
    login,
    async label(issue, label) {
      await rest.issues.addLabels({ ...at, issue_number: issue, labels: [label] });
    },
    async look(number) {
      const issue = { ...at, issue_number: number };
      const [{ data }, comments, pulls] = await Promise.all([
        rest.issues.get(issue),
        paginate(rest.issues.listComments, { ...issue, per_page: 100 }),
        pullsFor(number),
      ]);
      const bodies = comments.filter(({ user }) => user?.type === "Bot").map(({ body }) => body ?? "");
      return {
        title: data.title,
        isOpen: data.state === "open",
        labels: data.labels.map((label) => (typeof label === "string" ? label : (label.name ?? ""))),
        isGreeted: (data.reactions?.eyes ?? 0) > 0,
        statuses: bodies.filter((body) => body.includes("<!-- coppice:status")),
        pulls,
      };
    },
    async approve(pull) {
      const files = await paginate(rest.pulls.listFiles, { ...at, pull_number: pull });
      const names = files.map(({ filename }) => `\`${filename}\``).join(", ");
      const body = `I have read the changes to ${names}. Thank you!`;
      await rest.pulls.createReview({ ...at, pull_number: pull, event: "APPROVE", body });
      return files.map(({ filename, additions, deletions }) => `${filename} +${additions} −${deletions}`).join(", ");
    },
    async merge(pull) {
      await rest.pulls.merge({ ...at, pull_number: pull });
    },
    async branches() {
      const all = await paginate(rest.repos.listBranches, { ...at, per_page: 100 });
      return all.map(({ name }) => name);
    },
    pullsFor,
  };
}
