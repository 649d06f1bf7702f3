import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { Server } from "node:http";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
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

/** A token of GitHub's, and how it goes over the wire. */
export interface Secret {
  readonly token: string;
  readonly basic: string;
}

function aSecret(token: string): Secret {
  return { token, basic: Buffer.from(`x-access-token:${token}`).toString("base64") };
}

/** The careless bot's, and Coppice's. They differ, since both kinds of worktree are tried side by side. */
export const carelessSecret = aSecret("tok-7f3c91d2e8b64a05");
export const ourSecret = aSecret("tok-c0b21e94a7d35f68");

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
  return { root, caught, close, trap: `http://127.0.0.1:${portOf(trap.address())}` };
}

function portOf(address: ReturnType<Server["address"]>): number {
  if (address === null || typeof address === "string") throw new Error("the trap listens on no port");
  return address.port;
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
  /** What stands at "GitHub". */
  readonly upstream: string;
  /** Who holds it has the token. */
  readonly secret: Secret;
}

/** The attacker's things for one attack. */
export interface Spoils {
  readonly folder: string;
  readonly secret: Secret;
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
    secret: place.secret,
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
      UPSTREAM: place.upstream,
      WHO: basename(folder),
      TRAP: `${ground.trap}/${basename(folder)}`,
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
export function harmIn(ground: Ground, spoils: Spoils): string[] {
  const { folder } = spoils;
  const elsewhere = join(folder, "elsewhere.git");
  return [
    ...(existsSync(join(folder, "mark")) ? ["a program ran"] : []),
    ...(isTokenSeen(ground, spoils) ? ["the token was seen"] : []),
    ...(existsSync(elsewhere) && refsIn(elsewhere) !== "" ? ["commits went elsewhere"] : []),
    ...(["file", "README.md"].some((name) => textOf(join(folder, "precious", name)) !== "precious\n")
      ? ["a file of others changed"]
      : []),
  ];
}

/** What the trap caught is asked for by the attack's own name in the address, or is what only we could have sent. */
function isTokenSeen({ caught }: Ground, { folder, secret, environment }: Spoils): boolean {
  const files = [environment["LOOT"] ?? "", join(environment["REPO"] ?? "", "it-ran"), join(folder, "mark")];
  const sent = secret === ourSecret ? caught : caught.filter((line) => line.includes(`/${basename(folder)}`));
  return [...files.map(textOf), ...sent].some((text) => text.includes(secret.token) || text.includes(secret.basic));
}

function textOf(path: string): string {
  return existsSync(path) ? readFileSync(path, "utf8") : "";
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
