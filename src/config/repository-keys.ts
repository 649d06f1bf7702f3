import * as z from "zod";
import { agentPattern, labelPattern, modelPattern } from "./names.ts";
import { type Kind, optional, preset } from "./setting.ts";

/** The keys of a repository's `.github/coppice.yml`, in the order in which people read them. */
export const repositorySchema = z.strictObject({
  label: optional(text("a label's name of at most 30 characters, without a colon or comma", labelPattern), {
    about: "The label that makes a task of an issue here.",
    example: "coppice",
    otherwise: "TRIGGER_LABEL of the service",
  }),
  base: optional(text("the name of a branch", isBranchName), {
    about: "The branch that work starts from and goes to. A line `Base: <branch>` in an issue goes before it.",
    example: "develop",
    otherwise: "the default branch",
  }),
  setup: preset(commands(20), [], {
    about: "Commands that make a fresh workspace ready, one after another, before the agent starts.",
    example: "[npm ci]",
  }),
  verify: preset(commands(20), [], {
    about:
      "Commands that must succeed before a pull request is opened. What fails goes back to the agent, which may run them unasked.",
    example: "[npm test, npm run lint]",
  }),
  draft: preset({ values: "`true` or `false`", schema: z.boolean() }, false, {
    about: "Whether pull requests are opened as drafts.",
    example: "true",
  }),
  checks: preset(list("names of checks, or `*` for all", 50, z.string().trim().min(1).max(255)), [], {
    about:
      "Checks of pull requests whose failure goes back to the agent, besides those that the base branch requires. Quote the `*`.",
    example: "[build, lint]",
  }),
  keepUpToDate: preset({ values: "`true` or `false`", schema: z.boolean() }, false, {
    about: "Whether a base that moved on is merged into open pull requests, also where nothing conflicts.",
    example: "true",
  }),
  protectedPaths: preset(list("paths or globs such as `infra/**`", 100, z.string().trim().min(1).max(200)), [], {
    about:
      "Paths that an agent may not change here, besides PROTECTED_PATHS of the service: commits that do are held until a person allows them.",
    example: "[infra/**, db/migrations]",
  }),
  agent: optional(text("an agent's name in small letters", agentPattern), {
    about: "The agent that works when the label names none.",
    example: "claude",
    otherwise: "DEFAULT_AGENT of the service",
  }),
  model: optional(text("a model's name", modelPattern), {
    about: "The model that the agent uses.",
    example: "sonnet",
    otherwise: "MODEL of the service",
  }),
  instructions: optional(longText(20_000), {
    about: "What every agent is told besides the issue and the repository's CLAUDE.md.",
    example: "Write a line in CHANGELOG.md for every change that users notice.",
    otherwise: "nothing",
  }),
  limits: z
    .strictObject({
      sessions: optional(wholeNumber(1, 100), {
        about: "How many sessions run at once for this repository.",
        example: "1",
        otherwise: "MAX_SESSIONS_PER_REPOSITORY of the service",
      }),
      runMinutes: optional(wholeNumber(1, 10_080), {
        about: "How long one run may take.",
        example: "45",
        otherwise: "MAX_RUN_MINUTES of the service",
      }),
      runTurns: optional(wholeNumber(1, 100_000), {
        about: "How many answers of the model one run may take.",
        example: "300",
        otherwise: "MAX_RUN_TURNS of the service",
      }),
      runTokens: optional(wholeNumber(1_000, 100_000_000_000), {
        about: "How many tokens one run may use.",
        example: "20000000",
        otherwise: "MAX_RUN_TOKENS of the service",
      }),
      runUsd: optional(dollars(0.01, 100_000), {
        about: "What one run may cost, in US dollars.",
        example: "5",
        otherwise: "MAX_RUN_USD of the service",
      }),
      taskUsd: optional(dollars(0.01, 100_000), {
        about: "What one task may cost, in US dollars.",
        example: "15.50",
        otherwise: "MAX_TASK_USD of the service",
      }),
      stopReminders: optional(wholeNumber(0, 8), {
        about: "How often an agent that stops too early is told what is missing.",
        example: "2",
        otherwise: "MAX_STOP_REMINDERS of the service",
      }),
      verifyRounds: optional(wholeNumber(0, 20), {
        about: "How often a failing `verify` goes back to the agent.",
        example: "5",
        otherwise: "MAX_VERIFY_ROUNDS of the service",
      }),
    })
    .prefault({}),
  permissions: z
    .strictObject({
      allow: preset(
        list("commands without shell signs, such as `npm run build`", 50, z.string().regex(plainCommand())),
        [],
        {
          about:
            "Commands that the agent may run unasked, with any arguments after them, besides git and those under `verify`.",
          example: "[npm run build, npx prisma generate]",
        },
      ),
    })
    .prefault({}),
});

export type RepositoryKeys = z.output<typeof repositorySchema>;

function text(values: string, fits: RegExp | ((text: string) => boolean)): Kind<string> {
  const isFit = typeof fits === "function" ? fits : (written: string) => fits.test(written);
  return { values, schema: z.string().trim().refine(isFit) };
}

function longText(most: number): Kind<string> {
  return { values: `text of at most ${most} characters`, schema: z.string().trim().min(1).max(most) };
}

function wholeNumber(min: number, max: number): Kind<number, number> {
  return { values: `a whole number from ${min} to ${max}`, schema: z.int().min(min).max(max) };
}

function dollars(min: number, max: number): Kind<number, number> {
  return { values: `US dollars from ${min} to ${max}`, schema: z.number().min(min).max(max) };
}

function list(values: string, most: number, item: z.ZodType<string, string>): Kind<string[], string | string[]> {
  const schema = z
    .union([item, z.array(item).max(most)])
    .transform((given) => (typeof given === "string" ? [given] : given));
  return { values: `${values}: one, or a list of at most ${most}`, schema };
}

/** Each runs in a shell, so it may hold whatever a shell takes; a YAML block of several lines is one script. */
function commands(most: number) {
  const command = z
    .string()
    .trim()
    .min(1)
    .max(2_000)
    .refine((written) => !/(?![\t\n])\p{Cc}/u.test(written));
  return list("commands of at most 2000 characters", most, command);
}

/** It becomes a rule of the agent's own permissions, so no sign may widen it: no wildcard, bracket, quote or chain. */
function plainCommand(): RegExp {
  return /^[A-Za-z0-9._+/-]+(?: [A-Za-z0-9._+/:=@,-]+)*$/;
}

/** What `git check-ref-format` takes, and no more than 200 characters of it. */
function isBranchName(name: string): boolean {
  return /^[^\s~^:?*[\\\p{Cc}]{1,200}$/u.test(name) && !/^[-/.@]|\/[/.]|\.\.|@\{|[/.]$|\.lock(?:\/|$)/.test(name);
}
