import type { Repository } from "../world/model.ts";
import type { Store, World } from "../world/world.ts";
import { fullName } from "../world/world.ts";
import { api, node, time, viewUser } from "./user.ts";

const collections = [
  "archive{archive_format}{/ref}",
  "assignees{/user}",
  "branches{/branch}",
  "collaborators{/collaborator}",
  "comments{/number}",
  "commits{/sha}",
  "compare{base}...{head}",
  "contents{+path}",
  "contributors",
  "deployments",
  "downloads",
  "events",
  "forks",
  "hooks",
  "issues{/number}",
  "keys{/key_id}",
  "labels{/name}",
  "languages",
  "merges",
  "milestones{/number}",
  "notifications{?since,all,participating}",
  "pulls{/number}",
  "releases{/id}",
  "stargazers",
  "statuses{sha}",
  "subscribers",
  "subscription",
  "tags",
  "teams",
];

export function viewRepository(world: World, store: Store): Record<string, unknown> {
  const { repository } = store;
  const url = api(world, `/repos/${fullName(repository)}`);
  const htmlUrl = `${world.url}/${fullName(repository)}`;
  const open = [...store.issues.values()].filter(({ state }) => state === "open").length;
  return {
    ...identity(world, repository),
    ...links(url),
    description: repository.description,
    fork: false,
    clone_url: `${htmlUrl}.git`,
    git_url: `git:${htmlUrl.slice(5)}.git`,
    ssh_url: `git@${new URL(world.url).hostname}:${fullName(repository)}.git`,
    svn_url: htmlUrl,
    mirror_url: null,
    homepage: null,
    language: null,
    license: null,
    default_branch: repository.defaultBranch,
    archived: repository.isArchived,
    disabled: false,
    visibility: repository.isPrivate ? "private" : "public",
    pushed_at: time(repository.pushedMs),
    created_at: time(repository.createdMs),
    updated_at: time(repository.pushedMs),
    open_issues: open,
    open_issues_count: open,
    has_issues: true,
    has_projects: false,
    has_wiki: false,
    has_pages: false,
    has_downloads: false,
    topics: [],
  };
}

function identity(world: World, repository: Repository): Record<string, unknown> {
  return {
    id: repository.id,
    node_id: node("R", repository.id),
    name: repository.name,
    full_name: fullName(repository),
    private: repository.isPrivate,
    owner: viewUser(world, repository.owner),
    html_url: `${world.url}/${fullName(repository)}`,
    url: api(world, `/repos/${fullName(repository)}`),
  };
}

function links(url: string): Record<string, string> {
  const named = collections.map((path) => [`${/^\w+/.exec(path)?.[0] ?? ""}_url`, `${url}/${path}`] as const);
  return {
    ...Object.fromEntries(named),
    blobs_url: `${url}/git/blobs{/sha}`,
    git_commits_url: `${url}/git/commits{/sha}`,
    git_refs_url: `${url}/git/refs{/sha}`,
    git_tags_url: `${url}/git/tags{/sha}`,
    trees_url: `${url}/git/trees{/sha}`,
    issue_comment_url: `${url}/issues/comments{/number}`,
    issue_events_url: `${url}/issues/events{/number}`,
  };
}

/** What webhooks and tokens say of a repository in passing. */
export function viewRepositoryBriefly({ repository }: Store): Record<string, unknown> {
  return {
    id: repository.id,
    node_id: node("R", repository.id),
    name: repository.name,
    full_name: fullName(repository),
    private: repository.isPrivate,
  };
}
