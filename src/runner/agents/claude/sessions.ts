import { rm } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { z } from "zod";
import type { Look } from "../agent.ts";
import { listFolder, parseJson, readJsonSafely } from "../safe-file.ts";
import type { Facts } from "./facts.ts";

const session = z.looseObject({
  sessionId: z.string(),
  pid: z.number(),
  startedAt: z.number().catch(0),
  status: z.string().optional(),
  waitingFor: z.string().optional(),
});

/** A session as the CLI notes it. */
type Session = z.infer<typeof session>;

/** What a session does right now, as its CLI says. The file of a killed session still says what it last did. */
export async function lookAt(program: string, facts: Facts): Promise<Look> {
  const look = lookOf((await sessionFiles(facts)).at(-1)?.session);
  if (look !== "unknown") return look;
  return lookOf(await listed(program, facts));
}

function lookOf(found: Session | undefined): Look {
  if (found?.status === "busy" || found?.status === "idle") return found.status;
  return found?.status === "waiting" ? { waiting: found.waitingFor ?? "input" } : "unknown";
}

/** The list that the CLI prints for scripts: slower than its files, but what its documentation promises. */
async function listed(program: string, facts: Facts): Promise<Session | undefined> {
  const own = facts.configDir === undefined ? {} : { CLAUDE_CONFIG_DIR: facts.configDir };
  const result = await execa(program, ["agents", "--json"], {
    env: { PATH: facts.path, HOME: facts.home, ...own },
    extendEnv: false,
    timeout: 20_000,
    reject: false,
    stdin: "ignore",
  });
  return result.failed ? undefined : readList(result.stdout).find((one) => one.sessionId === facts.agentSessionId);
}

function readList(text: string): Session[] {
  const list = z.array(z.unknown()).safeParse(parseJson(text));
  return list.success ? list.data.flatMap((one) => session.safeParse(one).data ?? []) : [];
}

type SessionFile = { readonly path: string; readonly session: Session };

/** The CLI's own files about our conversation's processes, the newest last. */
export async function sessionFiles(facts: Facts): Promise<SessionFile[]> {
  const folder = join(facts.stateDir, "sessions");
  const files = (await listFolder(folder)).filter((file) => /^\d+\.json$/.test(file)).map((file) => join(folder, file));
  const found = await Promise.all(files.map((path) => readSession(path)));
  return found
    .flatMap((one) => one ?? [])
    .filter((one) => one.session.sessionId === facts.agentSessionId)
    .toSorted((one, other) => one.session.startedAt - other.session.startedAt);
}

async function readSession(path: string): Promise<SessionFile | undefined> {
  const parsed = session.safeParse(await readJsonSafely(path, 100_000));
  return parsed.success ? { path, session: parsed.data } : undefined;
}

/** A killed session leaves its file behind, which would speak for the next one until that has started. */
export async function forgetDeadSessions(facts: Facts): Promise<void> {
  for (const { path } of await sessionFiles(facts)) await rm(path, { force: true });
}
