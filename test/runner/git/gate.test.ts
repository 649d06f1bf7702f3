import { existsSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { aRepository, commit, git } from "./a-repository.ts";
import { startStore } from "./store-process.ts";

test("the first fetch clones, later ones bring what is new, and never clone again", async () => {
  const progress: string[] = [];
  const { store, server, clone, repositoryDir } = await aRepository({ onProgress: (line) => progress.push(line) });
  const first = await store.fetchBase("main");
  expect(first).toEqual({ is: "fetched", sha: git(clone, "rev-parse", "HEAD") });
  expect(progress.join("\n")).toMatch(/objects/i);

  const second = commit(clone, "Go on", { "a.txt": "a\n" });
  git(clone, "push", "--quiet", "origin", "main");
  server.served.length = 0;
  expect(await store.fetchBase("main")).toEqual({ is: "fetched", sha: second });
  expect(server.served.filter((line) => line.startsWith("POST")).length).toBeLessThanOrEqual(2);
  expect(readdirSync(repositoryDir)).toEqual(["gate.git"]);
});

test("a clone and a fetch bring one branch and no tags", async () => {
  const { store, clone, repositoryDir } = await aRepository();
  git(clone, "tag", "v1");
  git(clone, "push", "--quiet", "origin", "main:refs/heads/other", "v1");
  await store.fetchBase("main");
  expect(git(join(repositoryDir, "gate.git"), "for-each-ref", "--format=%(refname)")).toBe("refs/remotes/origin/main");
});

test.each(["nope", "--upload-pack=touch /tmp/x", "a..b", "*", ""])(
  "an unknown branch (%j) is answered with those that are known",
  async (branch) => {
    const { store, clone, repositoryDir } = await aRepository();
    git(clone, "push", "--quiet", "origin", "main:refs/heads/release/1");
    expect(await store.fetchBase(branch)).toEqual({ is: "unknown-branch", known: ["main", "release/1"] });
    expect(readdirSync(repositoryDir)).toEqual([]);
  },
);

test("the default branch is known before anything was cloned", async () => {
  const { store, upstream } = await aRepository();
  git(upstream, "branch", "-m", "main", "trunk");
  git(upstream, "symbolic-ref", "HEAD", "refs/heads/trunk");
  expect(await store.defaultBranch()).toBe("trunk");
});

test("fetches wait for each other, and share what was fetched after they were asked for", async () => {
  const { store, server } = await aRepository();
  await store.fetchBase("main");
  server.served.length = 0;
  await Promise.all(Array.from({ length: 10 }, () => store.fetchBase("main")));
  const alone = server.served.filter((line) => line.startsWith("GET")).length;
  expect(alone).toBeLessThanOrEqual(2);
});

test("an older fetch is shared only with a caller who allows it", async () => {
  const { store, server, clone } = await aRepository();
  await store.fetchBase("main");
  const newer = commit(clone, "Go on", { "a.txt": "a\n" });
  git(clone, "push", "--quiet", "origin", "main");
  server.served.length = 0;
  expect(await store.fetchBase("main", 60_000)).not.toMatchObject({ sha: newer });
  expect(server.served).toEqual([]);
  expect(await store.fetchBase("main")).toMatchObject({ sha: newer });
});

test("a base that was rewritten upstream is followed", async () => {
  const { store, clone } = await aRepository();
  await store.fetchBase("main");
  git(clone, "commit", "--quiet", "--amend", "--message", "Begin otherwise");
  git(clone, "push", "--quiet", "--force", "origin", "main");
  expect(await store.fetchBase("main")).toMatchObject({ sha: git(clone, "rev-parse", "HEAD") });
});

test("a branch takes the place of another whose name is a part of its own", async () => {
  const { store, clone } = await aRepository();
  git(clone, "push", "--quiet", "origin", "main:refs/heads/release");
  await store.fetchBase("release");
  git(clone, "push", "--quiet", "origin", ":refs/heads/release");
  git(clone, "push", "--quiet", "origin", "main:refs/heads/release/1");
  expect(await store.fetchBase("release/1")).toMatchObject({ is: "fetched" });
});

test("files of the base are read from the commit, within a size, and only regular ones", async () => {
  const { store, clone } = await aRepository();
  const sha = commit(clone, "More", {
    ".github/coppice.yml": "draft: true\n",
    "big.txt": "x".repeat(5000),
    "spaß [x].md": "hm",
  });
  git(clone, "update-index", "--add", "--cacheinfo", `120000,${git(clone, "rev-parse", "HEAD:README.md")},link`);
  git(clone, "commit", "--quiet", "--message", "Link");
  git(clone, "push", "--quiet", "origin", "main");
  const fetched = await store.fetchBase("main");
  const head = fetched.is === "fetched" ? fetched.sha : "";
  const read = async (path: string, at = head) => {
    const file = await store.readBase(at, path, 1000);
    return file.is === "file" ? file.content.toString() : file.is;
  };
  expect(await read(".github/coppice.yml")).toBe("draft: true\n");
  expect(await read("spaß [x].md")).toBe("hm");
  expect(await read("big.txt")).toBe("refused");
  expect(await read("link")).toBe("refused");
  expect(await read(".github")).toBe("refused");
  expect(await read("nope")).toBe("absent");
  expect(await read("../../etc/passwd").catch((error: Error) => error.name)).toBe("KnownError");
  expect(await read("link", sha)).toBe("absent");
});

test("a clone that is killed half-way is not believed, and the next one clears it away", async () => {
  const { store, server, repositoryDir } = await aRepository();
  const cut = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  server.onRequest = async (path) => {
    if (!path.endsWith("git-upload-pack")) return;
    reached.resolve();
    await cut.promise;
  };
  const child = await startStore({ repositoryDir, remoteUrl: `${server.url}/sample.git`, does: "fetch" });
  await reached.promise;
  await child.kill();
  const left = readdirSync(repositoryDir);
  expect(left).toHaveLength(1);
  expect(left[0]).toMatch(/unfinished/);

  server.onRequest = async () => {};
  cut.resolve();
  expect(await store.fetchBase("main")).toMatchObject({ is: "fetched" });
  expect(readdirSync(repositoryDir).toSorted()).toEqual(["gate.git", "trash"]);
  await store.sweep();
  expect(readdirSync(join(repositoryDir, "trash"))).toEqual([]);
});

test("a lock that a killed git left long ago is cleared; a fresh one is respected", async () => {
  const { store, clone, repositoryDir } = await aRepository();
  await store.fetchBase("main");
  const sha = commit(clone, "Go on", { "a.txt": "a\n" });
  git(clone, "push", "--quiet", "origin", "main");
  const lock = join(repositoryDir, "gate.git", "refs", "remotes", "origin", "main.lock");
  writeFileSync(lock, "");
  await expect(store.fetchBase("main")).rejects.toMatchObject({ code: "GIT_FAILED", retry: "later" });
  const longAgo = new Date(Date.now() - 10 * 60_000);
  utimesSync(lock, longAgo, longAgo);
  expect(await store.fetchBase("main")).toEqual({ is: "fetched", sha });
  expect(existsSync(lock)).toBe(false);
});

test.each([
  [401, "GIT_AUTH"],
  [403, "GIT_AUTH"],
  [404, "GIT_REMOTE_ABSENT"],
  [301, "GIT_REMOTE_MOVED"],
  [503, "GIT_NETWORK"],
])("an answer of %i is told as %s, with what to do about it", async (status, code) => {
  const { store, server } = await aRepository();
  server.broken = { status, body: "no" };
  await expect(store.fetchBase("main")).rejects.toMatchObject({
    name: "KnownError",
    code,
    retry: "later",
    hint: expect.any(String),
  });
});

test("an unreachable host is told as such", async () => {
  const { reopen } = await aRepository();
  const store = reopen({ remoteUrl: "http://127.0.0.1:1/x.git" });
  await expect(store.fetchBase("main")).rejects.toMatchObject({ code: "GIT_NETWORK" });
});

test.each([
  "ext::sh -c true",
  "ssh://git@example.com/x.git",
  "file:///tmp/x.git",
  "https://user:pass@example.com/x.git",
  "--upload-pack=x",
])("%s is not used as a remote", async (remoteUrl) => {
  const { reopen } = await aRepository();
  expect(() => reopen({ remoteUrl })).toThrow(expect.objectContaining({ code: "GIT_REMOTE_URL" }));
});
