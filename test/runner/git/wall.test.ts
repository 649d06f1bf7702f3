import { execFileSync } from "node:child_process";
import { appendFileSync, existsSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { usualLimits } from "../../../src/runner/git/change-rules.ts";
import type { Workspace } from "../../../src/runner/git/repository-store.ts";
import { openWall } from "../../../src/runner/wall.ts";
import type { Wall } from "../../../src/runner/wall.ts";
import { realWall, temporaryFolder, whyNoWall } from "../sandbox/real-wall.ts";
import { aRepository, baseOf, commit, git, gitWith, person } from "./a-repository.ts";

const reason = await whyNoWall();

describe.skipIf(reason !== undefined)("behind bubblewrap", () => {
  test("an agent commits, branches, stashes, merges, rebases and packs on a real branch", async () => {
    const { store, agent, gate, repositoryDir } = await aWalledWorkspace();
    agent(`
      echo one >> README.md && git commit -qam one
      git branch side && git checkout -q side && echo z > z.txt && git add z.txt && git commit -qm side
      git checkout -q coppice/w1 && echo two >> README.md && git stash -q && git stash list | grep -q WIP && git stash pop -q
      git commit -qam two && git rebase -q side && git checkout -q -b merged origin/main && git merge -q coppice/w1
      git checkout -q coppice/w1 && git tag t && git tag -d t && git reset -q --soft HEAD~1 && git commit -qm "two again"
      git gc -q 2>/dev/null && git pack-refs --all && git reflog | grep -q rebase && test "$(git worktree list | wc -l)" = 2`);
    const look = await store.lookWorkspace("w1");
    expect(look).toMatchObject({
      is: "there",
      branch: "coppice/w1",
      commitsAhead: 3,
      uncommitted: 0,
      lastSubject: "two again",
    });
    expect(git(join(repositoryDir, "workshop.git"), "worktree", "list")).toContain("[coppice/w1]");
    const head = look.is === "there" ? look.head : "";
    expect(await store.takeIn("w1", head, look.is === "there" ? look.baseSha : "", usualLimits)).toMatchObject({
      is: "taken",
    });
    expect(git(gate, "rev-parse", "refs/coppice/tasks/w1")).toBe(head);
  });

  test("saving, bringing in and removing work through the wall", async () => {
    const { store, agent, clone } = await aWalledWorkspace();
    commit(clone, "Theirs", { "theirs.txt": "t\n" });
    git(clone, "push", "--quiet", "origin", "main");
    agent("echo mine > mine.txt && git add . && git commit -qm mine");
    expect(await store.bringIn("w1", "main")).toMatchObject({ is: "brought-in" });
    agent("test -f theirs.txt && echo more > more.txt && mkdir inner && cd inner && git init -q && echo x > x");
    expect(await store.removeWorkspace("w1")).toBe("holds-unsaved-work");
    const saved = await store.saveWork("w1");
    expect(await store.removeWorkspace("w1")).toBe("removed");
    const again = await store.createWorkspace("w2", await baseOf(store));
    await store.restoreWork("w2", saved.is === "saved" ? saved.ref : "");
    expect(readdirSync(again.path)).toEqual(expect.arrayContaining(["inner", "mine.txt", "more.txt", "theirs.txt"]));
  });

  test("an agent can't reach git's pointers, settings and hooks, the gate, or another workspace", async () => {
    const { agent, repositoryDir, store } = await aWalledWorkspace();
    const before = stateOf(repositoryDir);
    expect(attempts.filter(([, line]) => succeeds(agent, line)).map(([what]) => what)).toEqual([]);
    expect(stateOf(repositoryDir)).toEqual(before);
    expect(await store.lookWorkspace("w1")).toMatchObject({ is: "there" });
  });

  test("without the wall it could reach them all", async () => {
    const { root, repositoryDir, workspace, base } = await aWalledWorkspace();
    const agent = agentOf(openWall, workspace, repositoryDir, base);
    execFileSync("cp", ["-a", repositoryDir, join(root, "copy")]);
    const failed = attempts.filter(([, line]) => {
      rmSync(repositoryDir, { recursive: true });
      execFileSync("cp", ["-a", join(root, "copy"), repositoryDir]);
      return !succeeds(agent, line);
    });
    expect(failed.map(([what]) => what)).toEqual([]);
  });

  test("a program that a repository inside starts stays inside, whoever of us looks", async () => {
    const { store, agent, root } = await aWalledWorkspace();
    const mark = join(root, "it-ran-outside");
    agent(`echo work > w.txt && git add w.txt && git commit -qm work
      mkdir inner && cd inner && git init -q && git commit -q --allow-empty -m i && sha=$(git rev-parse HEAD)
      printf '#!/bin/sh\\necho x > ${mark}\\necho x > "$HOME/it-ran"\\n' > run.sh && chmod +x run.sh
      git config core.fsmonitor "$PWD/run.sh" && cd .. && git update-index --add --cacheinfo "160000,$sha,inner"`);
    const look = await store.lookWorkspace("w1");
    await store.saveWork("w1");
    await store.takeIn(
      "w1",
      look.is === "there" ? look.head : "",
      look.is === "there" ? look.baseSha : "",
      usualLimits,
    );
    expect(look).toMatchObject({ is: "there", commitsAhead: 1 });
    expect(existsSync(mark)).toBe(false);
  });

  test("objects of another repository can't be smuggled out by naming them", async () => {
    const { store, reopen, agent, root, repositoryDir, base } = await aWalledWorkspace();
    const secret = join(root, "secret.git");
    git(root, "init", "--quiet", "--bare", secret);
    const blob = gitWith({ input: "secret\n" }, secret, "hash-object", "-w", "--stdin");
    agent(`tree=$(printf '%s\\n' "$(git ls-tree HEAD)" "100644 blob ${blob}\tsecret" | git mktree --missing)
      git update-ref HEAD "$(git commit-tree "$tree" -p HEAD -m smuggle)"`);
    const repository = join(repositoryDir, "private", "w1.git");
    appendFileSync(join(repository, "objects", "info", "alternates"), join(secret, "objects"));
    const tip = git(repository, "rev-parse", "refs/heads/coppice/w1");
    const taken = await store.takeIn("w1", tip, base, usualLimits);
    expect(taken).toMatchObject({ is: "refused", findings: [{ kind: "broken" }] });
    const unwalled = await reopen({ wall: openWall }).takeIn("w1", tip, base, usualLimits);
    expect(unwalled).toMatchObject({ is: "taken" });
  });

  test("a head that is a pipe holds up one look, and no other workspace", async () => {
    const { store, reopen, agent } = await aWalledWorkspace();
    agent('rm "$ADMIN/HEAD" && mkfifo "$ADMIN/HEAD"');
    const impatient = reopen({ signal: AbortSignal.timeout(2_000) });
    expect(await impatient.lookWorkspace("w1")).toMatchObject({ is: "unknown" });
    await store.createWorkspace("w3", await baseOf(store));
    expect(await store.lookWorkspace("w3")).toMatchObject({ is: "there" });
  });
});

const attempts: readonly (readonly [what: string, line: string])[] = [
  ["the tree's pointer", "echo 'gitdir: /x' > $TREE/.git"],
  ["the tree's pointer, moved away", "mv $TREE/.git $TREE/.git2"],
  ["the tree itself, moved away", "mv $TREE $TREE.old"],
  ["the pointer back", "echo /x > $ADMIN/gitdir"],
  ["the pointer to the common folder", "echo /tmp/evil > $ADMIN/commondir"],
  ["that pointer, removed", "rm -f $ADMIN/commondir && test ! -e $ADMIN/commondir"],
  ["the worktree's folder, moved away", "mv $ADMIN $ADMIN.old"],
  ["the folder of worktrees, moved away", "mv $REPOSITORY/worktrees $REPOSITORY/w2"],
  ["the configuration", "git config core.fsmonitor /bin/true"],
  ["the configuration, written directly", "echo '[core]' >> $REPOSITORY/config"],
  ["the configuration, replaced", "echo x > $REPOSITORY/c && mv $REPOSITORY/c $REPOSITORY/config"],
  ["a hook", "echo x > $REPOSITORY/hooks/pre-commit"],
  ["the folder of hooks, moved away", "mv $REPOSITORY/hooks $REPOSITORY/h2"],
  ["attributes", "echo '* filter=x' > $REPOSITORY/info/attributes"],
  ["alternates", "echo /tmp >> $REPOSITORY/objects/info/alternates"],
  ["an object of the gate", "touch $GATE/objects/x"],
  ["a ref of the gate", "mkdir -p $GATE/refs/heads && echo $BASE > $GATE/refs/heads/main && test -e $GATE/config"],
  ["the workshop", "test -e $ROOT/workshop.git"],
  ["another workspace's tree", "test -e $ROOT/trees/w2"],
  ["another workspace's repository", "test -e $ROOT/private/w2.git"],
];

function succeeds(agent: (lines: string) => void, line: string): boolean {
  try {
    agent(line);
    return true;
  } catch (error) {
    if (error instanceof Error && error.message.startsWith("Command failed")) return false;
    throw error;
  }
}

async function aWalledWorkspace() {
  const folder = await temporaryFolder();
  onTestFinished(() => folder[Symbol.asyncDispose]());
  const wall = await realWall({ folder: folder.path });
  const bench = await aRepository({ wall });
  const base = await baseOf(bench.store);
  const workspace = await bench.store.createWorkspace("w1", base);
  await bench.store.createWorkspace("w2", base);
  const gate = join(bench.repositoryDir, "gate.git");
  return { ...bench, gate, workspace, base: base.sha, agent: agentOf(wall, workspace, bench.repositoryDir, base.sha) };
}

/** Runs shell lines as the agent would: behind the wall, in the workspace, with the environment that the store gives. */
function agentOf(wall: Wall, workspace: Workspace, root: string, base: string): (lines: string) => void {
  const repository = join(root, "private", "w1.git");
  const names = {
    ROOT: root,
    TREE: workspace.path,
    REPOSITORY: repository,
    ADMIN: join(repository, "worktrees", "w1"),
    GATE: join(root, "gate.git"),
    BASE: base,
  };
  const env = { PATH: person["PATH"], HOME: "/nonexistent", ...workspace.environment, ...names };
  const room = { cwd: workspace.path, ...workspace.paths, network: "none" } as const;
  return (lines) => {
    const [file, ...args] = wall.enter(room, ["bash", "-ec", lines]);
    execFileSync(file, args, { env, cwd: workspace.path, stdio: ["ignore", "pipe", "pipe"] });
  };
}

/** Where git's pointers and settings stand, as seen from outside. */
function stateOf(root: string): Record<string, string> {
  const repository = join(root, "private", "w1.git");
  const files = ["config", "objects/info/alternates", "worktrees/w1/commondir", "worktrees/w1/gitdir"].map((name) =>
    join(repository, name),
  );
  const contents = [join(root, "trees", "w1", ".git"), ...files].map(
    (file) => [file, readFileSync(file, "utf8")] as const,
  );
  const folders = ["hooks", "info", "worktrees"].map(
    (name) => [name, readdirSync(join(repository, name)).join(" ")] as const,
  );
  return Object.fromEntries([...contents, ...folders]);
}
