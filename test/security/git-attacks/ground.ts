import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { git, person, write } from "../../runner/git/a-repository.ts";
import { evil, prelude } from "./attack.ts";

/** What both kinds of worktree stand on: the attacker's things, and a web server that asks for passwords. */
export interface Ground {
  readonly root: string;
  readonly trap: string;
  /** What was sent to the trap, with its headers. */
  readonly caught: string[];
  close(): Promise<void>;
}

export const token = "tok-7f3c91d2e8b64a05";

/** As it goes over the wire to GitHub. */
export const basic = Buffer.from(`x-access-token:${token}`).toString("base64");

export async function aGround(): Promise<Ground> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "coppice-attacks-")));
  const caught: string[] = [];
  const trap = createServer((request, response) => {
    caught.push(`${request.method} ${request.url} ${JSON.stringify(request.headers)}`);
    const isOpen = request.headers.authorization !== undefined || request.url?.includes("/open/");
    response.writeHead(isOpen ? 200 : 401, {
      "www-authenticate": 'Basic realm="trap"',
      "set-cookie": "evil=1; Max-Age=9999",
    });
    response.end();
  }).listen(0, "127.0.0.1");
  await once(trap, "listening");
  layForeign(root);
  const close = async () => {
    trap.closeAllConnections();
    trap.close();
    await once(trap, "close");
    rmSync(root, { recursive: true, force: true });
  };
  return { root, caught, close, trap: `http://127.0.0.1:${(trap.address() as AddressInfo).port}` };
}

/** Another private repository, which no task may read. */
function layForeign(root: string): void {
  const foreign = join(root, "foreign.git");
  const from = join(root, "foreign");
  mkdirSync(from);
  git(from, "init", "--quiet", "--initial-branch=main");
  write(from, { secret: "of another repository\n" });
  git(from, "add", "--all");
  git(from, "commit", "--quiet", "--message", "Foreign");
  git(root, "clone", "--quiet", "--bare", "--no-hardlinks", from, foreign);
  rmSync(from, { recursive: true });
}

/** Where one attack happens, in either kind of worktree. */
export interface Place {
  readonly tree: string;
  readonly admin: string;
  readonly repository: string;
  readonly shared: string;
  readonly other: string;
  readonly otherAdmin: string;
  readonly branch: string;
}

/** The attacker's things for one attack. */
export interface Spoils {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** @param evilFolder where the attacker's program lies: in sight of whoever works in the place. */
export function aSpoils(ground: Ground, folder: string, place: Place): Spoils {
  mkdirSync(join(folder, "precious"), { recursive: true });
  writeFileSync(join(folder, "precious", "file"), "precious\n");
  writeFileSync(join(folder, "precious", "README.md"), "precious\n");
  const program = join(place.repository, "evil");
  writeFileSync(program, evil.replace("MARK", join(folder, "mark")), { mode: 0o755 });
  const foreign = join(ground.root, "foreign.git");
  return {
    folder,
    environment: {
      TREE: place.tree,
      ADMIN: place.admin,
      REPO: place.repository,
      SHARED: place.shared,
      OTHER: place.other,
      OTHERADMIN: place.otherAdmin,
      BRANCH: place.branch,
      EVIL: program,
      ELSEWHERE: join(folder, "elsewhere.git"),
      FOREIGN: foreign,
      SECRET: secretIn(foreign),
      PRECIOUS: join(folder, "precious", "file"),
      LOOT: join(folder, "loot"),
      TRAP: `${ground.trap}/${place.branch.replace(/\W/g, "-")}`,
    },
  };
}

const secrets = new Map<string, string>();

function secretIn(foreign: string): string {
  const known = secrets.get(foreign) ?? git(foreign, "rev-parse", "HEAD:secret");
  secrets.set(foreign, known);
  return known;
}

/** Harm that shows without git. */
export function harmIn({ caught }: Ground, { folder, environment }: Spoils): string[] {
  const read = (path: string) => (existsSync(path) ? readFileSync(path, "utf8") : "");
  const saw = [environment["LOOT"], join(environment["REPO"] ?? "", "it-ran"), join(folder, "mark")].map((path) =>
    read(path ?? ""),
  );
  const trapped = caught.filter((line) => line.includes(environment["TRAP"]?.split("/").at(-1) ?? "") || line.includes(" http://"));
  const precious = ["file", "README.md"].map((name) => read(join(folder, "precious", name)));
  return [
    ...(existsSync(join(folder, "mark")) ? ["a program ran"] : []),
    ...([...saw, ...trapped].some((text) => text.includes(token) || text.includes(basic)) ? ["the token was seen"] : []),
    ...(existsSync(join(folder, "elsewhere.git", "refs", "heads")) && read(join(folder, "elsewhere.git", "packed-refs")) + refsIn(join(folder, "elsewhere.git")) !== ""
      ? ["commits went elsewhere"]
      : []),
    ...(precious.some((text) => text !== "precious\n") ? ["a file of others changed"] : []),
  ];
}

/** "name sha" of each ref, sorted. */
export function refsIn(gitDir: string): string {
  return git(gitDir, "for-each-ref", "--format=%(refname) %(objectname)");
}

interface Ended {
  /** 124 where it took too long. */
  readonly exitCode: number;
  readonly said: string;
}

/** Runs bash lines. */
export async function bash(
  lines: string,
  cwd: string,
  environment: Readonly<Record<string, string>>,
  enter: (command: readonly [string, ...string[]]) => readonly [string, ...string[]] = (command) => command,
): Promise<Ended> {
  const [file, ...args] = enter(["bash", "-c", `${prelude}\n${lines}`]);
  return new Promise((resolve) => {
    const child = execFile(
      file,
      args,
      { cwd, env: { ...person, ...environment }, timeout: 60_000, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) =>
        resolve({ exitCode: typeof error?.code === "number" ? error.code : error ? 1 : 0, said: `${stdout}${stderr}` }),
    );
    child.stdin?.end();
  });
}
