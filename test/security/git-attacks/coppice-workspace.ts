import { existsSync } from "node:fs";
import { join } from "node:path";
import { KnownError } from "../../../src/errors.ts";
import { usualLimits } from "../../../src/runner/git/change-rules.ts";
import { createRepositoryStore } from "../../../src/runner/git/repository-store.ts";
import type { RepositoryStore } from "../../../src/runner/git/repository-store.ts";
import type { Wall } from "../../../src/runner/wall.ts";
import { startRemoteServer } from "../../runner/git/remote-server.ts";
import type { RemoteServer } from "../../runner/git/remote-server.ts";
import { git } from "../../runner/git/a-repository.ts";
import type { Attack } from "./attack.ts";
import { aSpoils, bash, harmIn, ourSecret, refsIn } from "./ground.ts";
import type { Ground, Place } from "./ground.ts";

/** One repository of Coppice's, in which every attack has a task of its own. */
export interface Estate {
  readonly ground: Ground;
  readonly wall: Wall;
  readonly server: RemoteServer;
  readonly upstream: string;
  readonly repositoryDir: string;
  readonly base: { readonly branch: string; readonly sha: string };
  open(signal?: AbortSignal): RepositoryStore;
}

export async function anEstate(ground: Ground, wall: Wall): Promise<Estate> {
  const upstream = join(ground.root, "github", "sample.git");
  const made = await bash(
    `set -e
    mkdir github first && cd first && git init -q -b main && mkdir src && echo '# Sample' > README.md && echo 1 > src/main.js
    git add -A && git commit -qm Begin && git clone -q --bare . ../github/sample.git
    git -C ../github/sample.git config http.receivepack true && git init -q --bare ../elsewhere.git`,
    ground.root,
    {},
  );
  if (made.exitCode !== 0) throw new Error(made.said);
  const server = await startRemoteServer(join(ground.root, "github"));
  server.token = ourSecret.token;
  const repositoryDir = join(ground.root, "state");
  const open = (signal?: AbortSignal) =>
    createRepositoryStore({
      repositoryDir,
      remoteUrl: `${server.url}/sample.git`,
      token: async () => ourSecret.token,
      wall,
      identity: { name: "Agent", email: "agent@example.com" },
      signal,
    });
  const fetched = await open().fetchBase("main");
  if (fetched.is !== "fetched") throw new Error("main is not there");
  const base = { branch: "main", sha: fetched.sha };
  return { ground, wall, server, upstream, repositoryDir, base, open };
}

/** What people pushed meanwhile, so that there is something to bring in. */
export async function moveOn({ ground }: Estate): Promise<void> {
  const lines = "echo theirs >> README.md && git commit -qam Meanwhile && git push -q ../github/sample.git main";
  const moved = await bash(lines, join(ground.root, "first"), {});
  if (moved.exitCode !== 0) throw new Error(moved.said);
}

export interface Outcome {
  readonly harm: readonly string[];
  /** What became of looking, saving, bringing in, taking in, pushing and clearing away. */
  readonly steps: readonly string[];
  /** Whether the attacker's program ran, behind the wall. */
  readonly ranInside: boolean;
  /** Nothing of the attack could be planted: the wall refused it. */
  readonly plantFailed: boolean;
}

/** Stands in for the time limit that every command of ours has, which is longer. */
const stallMs = 3_000;

/** Plays the attack on a workspace, then all that Coppice ever does with one. */
export async function onCoppice(estate: Estate, attack: Attack, at: number): Promise<Outcome> {
  const name = `a${at}`;
  const quiet = estate.open();
  await quiet.createWorkspace(name, estate.base);
  const needsOther = attack.harmed !== undefined || attack.isBehindWall === true;
  const other = needsOther ? (await quiet.createWorkspace(`b${at}`, estate.base)).path : estate.repositoryDir;
  const { ground, repositoryDir } = estate;
  const place = { ...placeOf(quiet, repositoryDir, name, other, `b${at}`), upstream: estate.upstream };
  const folder = join(ground.root, `coppice-${at}`);
  const spoils = aSpoils(ground, folder, place);
  await bash(
    'cp -a ../elsewhere.git elsewhere.git; cd "$TREE"; echo work > work.txt; git add -A; git commit -qm Work',
    folder,
    spoils.environment,
  );

  const before = foreignRefs(estate, name);
  const planted = await plant(estate, attack, quiet, name, spoils.environment);
  await bash('rm -f mark "$REPO/it-ran"', folder, spoils.environment);
  const steps = await allSteps(estate.open(attack.stalls ? AbortSignal.timeout(stallMs) : undefined), name, estate);
  const harmed = attack.harmed === undefined ? 1 : (await bash(attack.harmed, folder, spoils.environment)).exitCode;
  return {
    steps,
    ranInside: existsSync(join(place.repository, "it-ran")),
    plantFailed: planted.exitCode !== 0,
    harm: [
      ...harmIn(ground, spoils),
      ...(harmed === 0 ? ["another task is harmed"] : []),
      ...newTo(before, foreignRefs(estate, name)),
      ...(attack.isBadContent && refsIn(estate.upstream).includes(`refs/heads/coppice/${name} `)
        ? ["it got to GitHub"]
        : []),
    ],
  };
}

function placeOf(
  store: RepositoryStore,
  root: string,
  name: string,
  other: string,
  otherName: string,
): Omit<Place, "upstream"> {
  const repository = join(root, "private", `${name}.git`);
  const { path, branch } = store.workspaceAt(name);
  return {
    tree: path,
    branch,
    secret: ourSecret,
    repository,
    admin: join(repository, "worktrees", name),
    shared: join(root, "gate.git"),
    other,
    otherAdmin: join(root, "private", `${otherName}.git`, "worktrees", otherName),
  };
}

async function plant(
  { wall }: Estate,
  attack: Attack,
  store: RepositoryStore,
  name: string,
  environment: Readonly<Record<string, string>>,
) {
  const { path, paths, environment: own } = store.workspaceAt(name);
  if (!attack.isBehindWall) return bash(attack.plant, path, { ...environment, ...own });
  const room = { cwd: path, ...paths, network: "none" } as const;
  return bash(`set -e\n${attack.plant}`, path, { ...environment, ...own }, (command) => wall.enter(room, command));
}

type Result = string | { readonly is: string; readonly findings?: readonly { readonly kind: string }[] };

/** What the service does with a workspace from one run to its end. */
async function allSteps(store: RepositoryStore, name: string, { base }: Estate): Promise<readonly string[]> {
  const steps: string[] = [];
  const step = async <T extends Result>(what: string, work: Promise<T>): Promise<T | undefined> => {
    try {
      const result = await work;
      steps.push(`${what}: ${describe(result)}`);
      return result;
    } catch (error) {
      if (!(error instanceof KnownError) && !(error instanceof Error && /not taken in/.test(error.message)))
        throw error;
      steps.push(`${what}: ${error instanceof KnownError ? error.code : "no"}`);
      return undefined;
    }
  };
  await step("look", store.lookWorkspace(name));
  await step("save", store.saveWork(name));
  const first = await step("bring in", store.bringIn(name, "main"));
  const look = await step("look", store.lookWorkspace(name));
  if (look !== undefined && typeof look !== "string" && look.is === "there") {
    const limits = { ...usualLimits, mayClose: 7 };
    const measured =
      first !== undefined && typeof first !== "string" && first.is === "up-to-date" ? first.tip : base.sha;
    const taken = await step("take in", store.takeIn(name, look.head, measured, limits));
    if (taken !== undefined && typeof taken !== "string" && taken.is === "taken")
      await step("push", store.push(name, { sha: look.head, branch: `coppice/${name}` }));
  }
  await step("clear", store.removeWorkspace(name));
  return steps;
}

function describe(result: Result): string {
  if (typeof result === "string") return result;
  const findings = result.findings ?? [];
  return [result.is, ...new Set(findings.map(({ kind }) => kind))].join(" ");
}

/** All refs of the gate and at "GitHub" that are no task's own. */
function foreignRefs({ repositoryDir, upstream }: Estate, name: string): readonly string[] {
  const tasks = /^refs\/(coppice\/(keep|tasks|saved)\/[ab]\d+|heads\/coppice\/a\d+) ?/;
  const own = new RegExp(`^refs/(coppice/(keep|tasks|saved)/${name}|heads/coppice/${name})\\b`);
  const isForeign = (line: string) =>
    !tasks.test(`${line.split("/").slice(0, 4).join("/").split(" ")[0]} `) && !own.test(line);
  const lines = [refsIn(join(repositoryDir, "gate.git")), refsIn(upstream)].join("\n").split("\n");
  return lines.filter((line) => line !== "" && isForeign(line));
}

/** The base itself may move on: people push. */
function newTo(before: readonly string[], after: readonly string[]): readonly string[] {
  return after.join("\n") === before.join("\n") ? [] : ["other refs moved"];
}

/** Whether a task that begins now gets just what GitHub has. */
export async function isUnharmed(estate: Estate): Promise<string> {
  const { path } = await estate.open().createWorkspace("fresh", estate.base);
  git(join(estate.repositoryDir, "gate.git"), "fsck", "--strict", "--no-dangling");
  return git(path, "ls-files", "-s") + git(path, "status", "--porcelain");
}
