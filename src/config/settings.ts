import { join } from "node:path";
import { arrange, loginOf, type Settings } from "./arranged-settings.ts";
import { readEnvironmentFile } from "./environment-file.ts";
import { fullPath } from "./kinds.ts";
import { mistakesOf, settingsError, unknownNames } from "./mistakes.ts";
import { type ReadKey, readKey, readKeyFile } from "./private-key.ts";
import { type CheckedEnvironment, environmentSchema } from "./schema.ts";
import { infoOf } from "./setting.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The operator's settings, all checked.
 * @throws KnownError `SETTINGS` that lists every mistake at once, by name, without the value of any secret.
 */
export function readSettings(environment: Environment): Settings {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value?.trim()));
  const checked = environmentSchema.safeParse(given);
  const key = readGivenKey(given);
  const mistakes = [
    ...(checked.success ? [] : mistakesOf(checked.error, given)),
    ...("wrong" in key ? [key.wrong] : []),
    ...clashes(given),
  ];
  if (!checked.success || "wrong" in key || mistakes.length > 0) throw settingsError(mistakes, given);
  const warnings = [...warningsOf(checked.data, given), ...(key.warning === undefined ? [] : [key.warning])];
  return arrange(checked.data, key.pem, given, warnings);
}

/**
 * The settings of a service that starts in this folder: its `.env`, overruled by the real environment. The file's values are
 * not put into our own environment, or every program that we start would inherit the secrets among them.
 */
export function loadSettings(folder: string = process.cwd(), environment: Environment = process.env): Settings {
  const file = readEnvironmentFile(join(folder, ".env"));
  const settings = readSettings({ ...keyless(file.values, environment), ...environment });
  return { ...settings, warnings: [...file.warnings, ...settings.warnings] };
}

/** A key in the environment overrules the file's key in whichever form. */
function keyless(file: Environment, environment: Environment): Environment {
  if (!environment["PRIVATE_KEY"] && !environment["PRIVATE_KEY_PATH"]) return file;
  return { ...file, PRIVATE_KEY: undefined, PRIVATE_KEY_PATH: undefined };
}

/** The key is needed in one form or the other; two would leave open which one counts. */
function readGivenKey(given: Environment): ReadKey {
  const { PRIVATE_KEY: written, PRIVATE_KEY_PATH: path } = given;
  if (written !== undefined && path !== undefined) {
    return { wrong: "PRIVATE_KEY and PRIVATE_KEY_PATH are both set: keep one of them" };
  }
  if (written !== undefined) return named("PRIVATE_KEY", readKey(written));
  if (path !== undefined) return named("PRIVATE_KEY_PATH", readKeyFile(fullPath(path)));
  return { wrong: `PRIVATE_KEY_PATH is missing. ${infoOf(environmentSchema.shape.PRIVATE_KEY_PATH).about}` };
}

function named(name: string, key: ReadKey): ReadKey {
  return "wrong" in key ? { wrong: `${name} ${key.wrong}` } : key;
}

/** Settings that are each right but don't go together. */
function clashes(given: Environment): string[] {
  const found: string[] = [];
  if (given["PERMISSION_MODE"]?.trim() === "bypassPermissions" && given["SANDBOX"]?.trim().startsWith("off")) {
    found.push(
      "PERMISSION_MODE is `bypassPermissions` while SANDBOX is off: the agent could do whatever you can. Change one of the two",
    );
  }
  if (given["SANDBOX"]?.trim() === "off" && (given["ALLOWED_REPOSITORIES"] ?? "").trim() === "") {
    found.push(
      "SANDBOX is off for every repository on which anybody installs the App. Name those meant: SANDBOX=off:owner/name, or set ALLOWED_REPOSITORIES",
    );
  }
  return found;
}

function warningsOf(env: CheckedEnvironment, given: Environment): string[] {
  return [...unknownNames(given), ...weaknesses(env)];
}

function weaknesses(env: CheckedEnvironment): string[] {
  const found: string[] = [];
  if (env.WEBHOOK_SECRET.length < 32) found.push("WEBHOOK_SECRET is short: `openssl rand -hex 32` makes a better one");
  if (env.DEFAULT_AGENT === "claude" && loginOf(env) === undefined) {
    found.push(
      "Claude Code has no login: set ANTHROPIC_API_KEY, or CLAUDE_LOGIN=owner to work with the login of this machine",
    );
  }
  if (env.SANDBOX.mode === "off") {
    const where = env.SANDBOX.repositories === "all" ? "every repository" : env.SANDBOX.repositories.join(", ");
    found.push(`SANDBOX is off for ${where}: agents there can read and do whatever you can`);
  }
  return found;
}
