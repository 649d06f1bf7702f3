import type { Logger } from "pino";
import { Probot } from "probot";
import { KnownError } from "../errors.ts";
import { inWords } from "./failures.ts";
import { createOctokits, type Fetch, octokitClass, type Octokits } from "./octokits.ts";
import { createPace } from "./pace.ts";

export interface AppSettings {
  readonly app: { readonly id: number; readonly privateKey: string; readonly webhookSecret: string };
  readonly github: { readonly apiUrl: string };
}

export interface ProbotApp {
  readonly probot: Probot;
  readonly octokits: Octokits;
  /**
   * Our bot's login, such as `coppice[bot]`; also the proof that GitHub takes our key.
   * @throws KnownError FORGE_LOGIN when it does not, FORGE_DOWN and others when GitHub can't be asked now.
   */
  readonly whoWeAre: () => Promise<string>;
}

/** Probot with our log, our secret and our manners towards GitHub. Its own server stays unused. */
export function createProbotApp(
  { app, github }: AppSettings,
  log: Logger,
  more: { readonly nowMs?: () => number; readonly fetch?: Fetch; readonly redact?: (text: string) => string } = {},
): ProbotApp {
  checkSecret(app.webhookSecret);
  const { nowMs = Date.now, fetch, redact } = more;
  const shared = { apiUrl: github.apiUrl, log, pace: createPace(nowMs), nowMs, fetch, redact };
  const octokits = createOctokits({ ...shared, app });
  const probot = new Probot({
    appId: app.id,
    privateKey: app.privateKey,
    secret: app.webhookSecret,
    log,
    Octokit: octokitClass(shared),
  });
  return { probot, octokits, whoWeAre: async () => `${await slugOf(octokits)}[bot]` };
}

/** Without a secret Probot takes `development`, which everybody knows. */
function checkSecret(secret: string): void {
  if (secret !== "" && secret !== "development") return;
  throw new KnownError("WEBHOOK_SECRET", "there is no webhook secret, so anybody could send webhooks", {
    hint: "Set WEBHOOK_SECRET to what the App's settings page has; make one with `openssl rand -hex 32`.",
  });
}

async function slugOf({ app }: Octokits): Promise<string> {
  const { data } = await inWords("tell who our App is", () => app.rest.apps.getAuthenticated());
  if (data?.slug === undefined) throw new Error("GitHub did not say what our App is called");
  return data.slug;
}
