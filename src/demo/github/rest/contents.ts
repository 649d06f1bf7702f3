import { z } from "zod";
import { viewCommit } from "../views/commit.ts";
import { api } from "../views/user.ts";
import { pushFiles } from "../world/branches.ts";
import { notFound, Refusal } from "../world/errors.ts";
import { git, gitOr } from "../world/git.ts";
import { resolve } from "../world/history.ts";
import { fullName } from "../world/world.ts";
import type { Answer, Call, Handlers } from "./call.ts";
import { named } from "./commits.ts";

const fileSchema = z.object({
  message: z.string(),
  content: z.string(),
  sha: z.string().optional(),
  branch: z.string().optional(),
});

export const contentHandlers: Handlers = {
  "repos/get-content": async (call) => {
    const ref = call.query.get("ref") ?? call.store().repository.defaultBranch;
    const sha = await resolve(call.store().repository.folder, ref);
    if (sha === undefined) throw new Refusal(404, `No commit found for the ref ${ref}`);
    const entries = await listTree(call, sha, path(call));
    const [first] = entries;
    if (first === undefined) throw notFound();
    if (first.path !== path(call)) return { status: 200, body: entries.map((entry) => viewEntry(call, ref, entry)) };
    return viewFile(call, ref, first);
  },
  "repos/create-or-update-file-contents": async (call) => {
    const { message, content, sha, branch = call.store().repository.defaultBranch } = fileSchema.parse(call.body);
    const { folder } = call.store().repository;
    const before = (
      await gitOr(folder, ["rev-parse", "--verify", "--quiet", `refs/heads/${branch}:${path(call)}`])
    )?.trim();
    if (before !== sha) throw new Refusal(before === undefined ? 422 : 409, `${path(call)} does not match ${sha}`);
    const files = { [path(call)]: Buffer.from(content, "base64").toString() };
    const tip = await pushFiles(call.world, call.store(), call.actor(), { branch, files, message });
    const [entry] = await listTree(call, tip, path(call));
    if (entry === undefined) throw notFound();
    const { sha: id, url, html_url, node_id } = viewCommit(call.world, call.store(), await named(call, tip));
    const commit = { sha: id, url, html_url, node_id, message };
    return { status: before === undefined ? 201 : 200, body: { content: viewEntry(call, branch, entry), commit } };
  },
};

interface Entry {
  readonly mode: string;
  readonly kind: string;
  readonly sha: string;
  readonly size: number;
  readonly path: string;
}

const path = (call: Call): string => (call.params["path"] ?? "").replaceAll(/^\/+|\/+$/g, "");

/** One entry for a file; all that is in it for a folder. */
async function listTree(call: Call, sha: string, wanted: string): Promise<Entry[]> {
  const { folder } = call.store().repository;
  const list = async (target: string): Promise<Entry[]> =>
    toEntries(await git(folder, ["ls-tree", "-z", "-l", sha, "--", target]));
  const here = await list(wanted);
  return here[0]?.kind === "tree" ? list(`${wanted}/`) : here;
}

function toEntries(text: string): Entry[] {
  return text
    .split("\0")
    .filter(Boolean)
    .map((line) => {
      const [head = "", name = ""] = line.split("\t");
      const [mode = "", kind = "", sha = "", size = ""] = head.split(/\s+/);
      return { mode, kind, sha, size: Number(size) || 0, path: name };
    });
}

function viewEntry(call: Call, ref: string, entry: Entry): Record<string, unknown> {
  const { world } = call;
  const name = fullName(call.store().repository);
  const encoded = entry.path.split("/").map(encodeURIComponent).join("/");
  const isFolder = entry.kind === "tree";
  const self = `${api(world, `/repos/${name}/contents/${encoded}`)}?ref=${encodeURIComponent(ref)}`;
  const gitUrl = api(world, `/repos/${name}/git/${isFolder ? "trees" : "blobs"}/${entry.sha}`);
  const html = `${world.url}/${name}/${isFolder ? "tree" : "blob"}/${ref}/${encoded}`;
  return {
    type: typeOf(entry),
    size: entry.size,
    name: entry.path.split("/").at(-1),
    path: entry.path,
    sha: entry.sha,
    url: self,
    git_url: gitUrl,
    html_url: html,
    download_url: isFolder ? null : `${world.url}/${name}/raw/${ref}/${encoded}`,
    _links: { self, git: gitUrl, html },
  };
}

function typeOf({ kind, mode }: Entry): string {
  if (kind === "tree") return "dir";
  if (kind === "commit") return "submodule";
  return mode === "120000" ? "symlink" : "file";
}

async function viewFile(call: Call, ref: string, entry: Entry): Promise<Answer> {
  const text = await git(call.store().repository.folder, ["cat-file", "blob", entry.sha]);
  if (/\braw\b/.test(call.accept)) return { status: 200, text };
  const content = Buffer.from(text).toString("base64").replaceAll(/.{60}/g, "$&\n");
  return { status: 200, body: { ...viewEntry(call, ref, entry), type: "file", encoding: "base64", content } };
}
