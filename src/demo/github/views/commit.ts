import { emailOf } from "../world/git.ts";
import type { ChangedFile } from "../world/history.ts";
import type { Commit, Signature } from "../world/model.ts";
import { fullName, type Store, type World } from "../world/world.ts";
import { api, node, time, viewUser } from "./user.ts";

type View = Record<string, unknown>;

export function viewCommit(world: World, store: Store, commit: Commit): View {
  const url = api(world, `/repos/${fullName(store.repository)}`);
  const html = `${world.url}/${fullName(store.repository)}/commit/`;
  const { sha, author, committer } = commit;
  return {
    sha,
    node_id: node("C", Number.parseInt(sha.slice(0, 8), 16)),
    url: `${url}/commits/${sha}`,
    html_url: `${html}${sha}`,
    comments_url: `${url}/commits/${sha}/comments`,
    commit: { ...viewPlainCommit(world, store, commit), url: `${url}/git/commits/${sha}`, comment_count: 0 },
    author: viewPerson(world, author),
    committer: viewPerson(world, committer),
    parents: commit.parents.map((parent) => ({
      sha: parent,
      url: `${url}/commits/${parent}`,
      html_url: `${html}${parent}`,
    })),
  };
}

/** What git itself knows of a commit. */
export function viewPlainCommit(world: World, { repository }: Store, commit: Commit): View {
  const { tree, message, author, committer } = commit;
  const url = api(world, `/repos/${fullName(repository)}/git/trees/${tree}`);
  return { author: viewSignature(author), committer: viewSignature(committer), message, tree: { sha: tree, url } };
}

const viewSignature = ({ name, email, atMs }: Signature): View => ({ name, email, date: time(atMs) });

/** GitHub knows people by the address in their commits. */
function viewPerson(world: World, { email }: Signature): View | null {
  const user = [...world.users.values()].find((each) => emailOf(each) === email);
  return user === undefined ? null : viewUser(world, user);
}

export function viewChangedFile(world: World, store: Store, sha: string, file: ChangedFile): View {
  const path = file.path.split("/").map(encodeURIComponent).join("/");
  const html = `${world.url}/${fullName(store.repository)}`;
  return {
    sha: file.blob,
    filename: file.path,
    status: file.status,
    additions: file.additions,
    deletions: file.deletions,
    changes: file.additions + file.deletions,
    blob_url: `${html}/blob/${sha}/${path}`,
    raw_url: `${html}/raw/${sha}/${path}`,
    contents_url: `${api(world, `/repos/${fullName(store.repository)}/contents/${path}`)}?ref=${sha}`,
    patch: file.patch,
    previous_filename: file.previousPath,
  };
}

/** A commit as `push` tells of it. */
export function viewPushedCommit(world: World, store: Store, commit: Commit, files: readonly ChangedFile[]): View {
  const paths = (...wanted: readonly ChangedFile["status"][]): string[] =>
    files.filter(({ status }) => wanted.includes(status)).map(({ path }) => path);
  return {
    id: commit.sha,
    tree_id: commit.tree,
    distinct: true,
    message: commit.message,
    timestamp: time(commit.committer.atMs),
    url: `${world.url}/${fullName(store.repository)}/commit/${commit.sha}`,
    author: { name: commit.author.name, email: commit.author.email },
    committer: { name: commit.committer.name, email: commit.committer.email },
    added: paths("added", "copied"),
    removed: paths("removed"),
    modified: paths("modified", "renamed", "changed"),
  };
}
