import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import type { CheckedEnvironment } from "./schema.ts";

type Given = Readonly<Record<string, string | undefined>>;

/** The operator's settings as the rest of Coppice knows them. */
export type Settings = ReturnType<typeof arrange>;

/** By the places that use them, with units in the names. */
export function arrange(env: CheckedEnvironment, privateKey: string, given: Given, warnings: readonly string[]) {
  return {
    app: {
      id: env.APP_ID,
      privateKey,
      /** Where the key lies, if in a file. */
      keyPath: env.PRIVATE_KEY_PATH,
      webhookSecret: env.WEBHOOK_SECRET,
      webhookProxyUrl: env.WEBHOOK_PROXY_URL,
    },
    github: githubOf(env),
    service: {
      host: env.HOST,
      port: env.PORT,
      homePath: env.COPPICE_HOME ?? defaultHome(given),
      keepSavedMs: env.KEEP_SAVED_DAYS * 24 * 3_600_000,
      logLevel: env.LOG_LEVEL,
      logFormat: env.LOG_FORMAT,
    },
    agent: { name: env.DEFAULT_AGENT, model: env.MODEL, permissionMode: env.PERMISSION_MODE },
    protectedPaths: env.PROTECTED_PATHS,
    sandbox: { ...env.SANDBOX, hosts: env.SANDBOX_HOSTS ?? [], tools: env.SANDBOX_TOOLS ?? [] },
    claude: {
      path: env.CLAUDE_PATH,
      login: loginOf(env),
      modelKey: env.MODEL_KEY,
      baseUrl: env.ANTHROPIC_BASE_URL,
      ownerConfigPath: env.CLAUDE_CONFIG_DIR,
    },
    people: {
      triggerLabel: env.TRIGGER_LABEL,
      /** undefined: every repository on which the App is installed. */
      allowedRepositories: env.ALLOWED_REPOSITORIES,
      trustedRepositories: env.TRUSTED_REPOSITORIES ?? [],
      minRole: env.MIN_ROLE,
      operators: env.OPERATORS ?? [],
      allowedBots: env.ALLOWED_BOTS ?? [],
    },
    limits: {
      maxSessions: env.MAX_SESSIONS,
      maxSessionsPerRepository: Math.min(env.MAX_SESSIONS_PER_REPOSITORY ?? env.MAX_SESSIONS, env.MAX_SESSIONS),
      maxRunMs: env.MAX_RUN_MINUTES * 60_000,
      maxRunTurns: env.MAX_RUN_TURNS,
      maxRunTokens: env.MAX_RUN_TOKENS,
      maxRunUsd: env.MAX_RUN_USD,
      maxTaskUsd: env.MAX_TASK_USD,
      maxDayUsd: env.MAX_DAY_USD,
      waitKeepsSlotMs: env.WAIT_KEEPS_SLOT_MINUTES * 60_000,
      noProgressMs: env.NO_PROGRESS_MINUTES * 60_000,
      maxStopReminders: env.MAX_STOP_REMINDERS,
      maxVerifyRounds: env.MAX_VERIFY_ROUNDS,
      maxRestarts: env.MAX_RESTARTS,
      keepIdleSessionMs: env.KEEP_IDLE_SESSION_MINUTES * 60_000,
      statusEveryMs: env.STATUS_EVERY_SECONDS * 1_000,
      unanswered: env.UNANSWERED,
      unansweredMs: env.UNANSWERED_MINUTES * 60_000,
      reviews: env.REVIEWS,
      maxReviewRounds: env.MAX_REVIEW_ROUNDS,
      checksSettleMs: env.CHECKS_SETTLE_SECONDS * 1_000,
      maxCheckRounds: env.MAX_CHECK_ROUNDS,
      maxBaseRounds: env.MAX_BASE_ROUNDS,
      maxOpenPulls: env.MAX_OPEN_PULLS,
      minFreeBytes: env.MIN_FREE_DISK_MB * 1_048_576,
      sweepEveryMs: env.SWEEP_EVERY_SECONDS * 1_000,
    },
    /** What works but should be looked at; for the log. */
    warnings,
  } as const;
}

/** With whose login Claude Code works; undefined when the one that was chosen was not given. */
export type ClaudeLogin =
  | { readonly by: "api-key"; readonly key: string }
  | { readonly by: "oauth-token"; readonly token: string }
  | { readonly by: "owner" };

export function loginOf(env: CheckedEnvironment): ClaudeLogin | undefined {
  const { ANTHROPIC_API_KEY: key, CLAUDE_CODE_OAUTH_TOKEN: token } = env;
  switch (env.CLAUDE_LOGIN) {
    case "owner":
      return { by: "owner" };
    case "api-key":
      return key === undefined ? undefined : { by: "api-key", key };
    case "oauth-token":
      return token === undefined ? undefined : { by: "oauth-token", token };
    default:
      return env.CLAUDE_LOGIN satisfies never;
  }
}

/** An Enterprise Server has its API under /api/v3; `host` may hold a port. */
function githubOf(env: CheckedEnvironment) {
  const { GHE_HOST: host, GHE_PROTOCOL: protocol } = env;
  return host === undefined
    ? ({
        host: "github.com",
        protocol: "https",
        apiUrl: "https://api.github.com",
        webUrl: "https://github.com",
      } as const)
    : { host, protocol, apiUrl: `${protocol}://${host}/api/v3`, webUrl: `${protocol}://${host}` };
}

/** XDG's own rule: a relative path there is to be ignored. */
function defaultHome(given: Given): string {
  const { XDG_STATE_HOME: stateHome, HOME: home } = given;
  const base =
    stateHome !== undefined && isAbsolute(stateHome) ? stateHome : join(home ?? homedir(), ".local", "state");
  return join(base, "coppice");
}

/** Every value of the settings that nobody may see, for the redactor. */
export function secretsOf(settings: Settings): string[] {
  const { app, claude } = settings;
  const login = claude.login;
  return [
    app.privateKey,
    app.webhookSecret,
    app.webhookProxyUrl,
    login?.by === "api-key" ? login.key : undefined,
    login?.by === "oauth-token" ? login.token : undefined,
  ].filter((secret) => secret !== undefined);
}
