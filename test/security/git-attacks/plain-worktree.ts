import { join } from "node:path";
import { git } from "../../runner/git/a-repository.ts";
import type { Attack } from "./attack.ts";
import { aSpoils, bash, carelessSecret, harmIn, refsIn } from "./ground.ts";
import type { Ground } from "./ground.ts";

/** What every plain worktree is a copy of: a clone with two tasks in worktrees, an idle branch, and an upstream that moved on. */
export async function layTemplate(ground: Ground): Promise<void> {
  const made = await bash(
    `set -e
    mkdir "$ROOT/plain" && cd "$ROOT/plain"
    git init -q --bare upstream.git && git init -q -b main clone && git init -q --bare elsewhere.git
    cd clone && mkdir src && echo '# Sample' > README.md && echo 1 > src/main.js && git add -A && git commit -qm Begin
    git remote add origin ../upstream.git && git push -q origin main && git branch idle && git fetch -q
    git worktree add -q -b agent ../tree && git worktree add -q -b other ../other
    git checkout -q --detach && echo theirs >> README.md && git commit -qam Meanwhile && git push -q origin HEAD:main
    git fetch -q && git checkout -q --detach main
    for one in tree other; do echo "gitdir: ../clone/.git/worktrees/$one" > ../$one/.git; done
    cd ../tree && echo work > work.txt && git add -A && git commit -qm Work`,
    ground.root,
    { ROOT: ground.root },
  );
  if (made.exitCode !== 0) throw new Error(made.said);
}

/** Seconds until a command counts as one that never ends. */
const patience = 3;

/** Plays the attack on a plain worktree and a careless bot. @returns the harm that it did. */
export async function onPlainWorktree(ground: Ground, attack: Attack, at: number): Promise<readonly string[]> {
  const folder = join(ground.root, `plain-${at}`);
  const copied = await bash('cp -a plain "$FOLDER"', ground.root, { FOLDER: folder });
  if (copied.exitCode !== 0) throw new Error(copied.said);
  const repository = join(folder, "clone", ".git");
  const place = {
    tree: join(folder, "tree"),
    admin: join(repository, "worktrees", "tree"),
    repository,
    shared: repository,
    other: join(folder, "other"),
    otherAdmin: join(repository, "worktrees", "other"),
    branch: "agent",
    secret: carelessSecret,
    upstream: join(folder, "upstream.git"),
  };
  const spoils = aSpoils(ground, folder, place);
  // Where git never ends, ours would not either.
  const look = () => (attack.stalls ? "" : foreignRefs(folder));
  const before = look();
  await bash(`${attack.plant}\n:`, place.tree, spoils.environment);
  const environment = {
    ...spoils.environment,
    ORIGIN: "origin",
    TOKEN: carelessSecret.basic,
    GH_TOKEN: carelessSecret.token,
  };
  const ran = await bash(
    `rm -f ../mark "$REPO/it-ran"; export CARELESS=${quoted(attack.careless)}
    timeout -k 1 ${attack.stalls ? 1 : patience * 3} bash -c "$CARELESS"`,
    place.tree,
    environment,
  );
  const harmed = attack.harmed === undefined ? 1 : (await bash(attack.harmed, place.tree, environment)).exitCode;
  return [
    ...harmIn(ground, spoils),
    ...(attack.stalls && ran.exitCode >= 124 ? ["git never ends"] : []),
    ...(harmed === 0 ? ["another task is harmed"] : []),
    ...(look() === before ? [] : ["other refs moved"]),
    ...(attack.isBadContent && arrived(folder) ? ["it got to GitHub"] : []),
  ];
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

const isForeign = (line: string) =>
  !/refs\/heads\/(agent|new)\b|refs\/remotes|refs\/stash|refs\/replace|ORIG_HEAD/.test(line);

/** All refs but the task's own, upstream and in the clone. Read from the files: the repository may be one that git can't read any more. */
function foreignRefs(folder: string): string {
  const upstream = refsIn(join(folder, "upstream.git")).split("\n").filter(isForeign);
  const clone = ["main", "idle", "other"].map((name) =>
    tryGit(join(folder, "upstream.git"), join(folder, "clone", ".git"), name),
  );
  return [...upstream, ...clone].join("\n");
}

/** A look that the attacker's settings have no say in. */
function tryGit(from: string, gitDir: string, name: string): string {
  try {
    return git(
      from,
      "-c",
      "core.hooksPath=/dev/null",
      "-c",
      "core.fsmonitor=",
      `--git-dir=${gitDir}`,
      "rev-parse",
      `refs/heads/${name}`,
    );
  } catch (error) {
    if (error instanceof Error && error.message.startsWith("Command failed")) return "?";
    throw error;
  }
}

function arrived(folder: string): boolean {
  return refsIn(join(folder, "upstream.git")).includes("refs/heads/agent ");
}
