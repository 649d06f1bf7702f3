import type { NamedEvent } from "../../core/agent-event.ts";
import type { Launch } from "./launch.ts";
import type { RunFolder } from "./run-folder.ts";

/**
 * A program that codes, behind the few verbs that are the same for all of them. Every verb works from the run's folder
 * alone, so a bot that was restarted goes on with the same sessions.
 */
export interface AgentAdapter {
  readonly name: string;
  /** Whether the program is there and new enough; throws a KnownError with the cure when not. */
  check(): Promise<AgentVersion>;
  /** Writes the files of a run and answers what the pane has to start. Repeat it before each start. */
  prepare(run: RunFolder, spec: RunSpec): Promise<Launch>;
  /** The oldest events not yet dropped, at most a few hundred at once. Drop them with `dropSpool` when they are stored. */
  events(run: RunFolder): Promise<NamedEvent[]>;
  /** Answers an event that waits for us. `too-late`: the agent no longer waits; `tell` it instead. */
  answer(run: RunFolder, asked: NamedEvent, reply: Reply): Promise<"given" | "too-late">;
  /** What the agent is doing right now. Only tells something while its process lives. */
  look(run: RunFolder): Promise<Look>;
  /** The keys that end a turn at the agent's terminal, in tmux's names, and leave the session as it is. */
  readonly interruptKeys: readonly string[];
  /**
   * Says something to a living session without typing into its terminal: no dialog is answered, no draft disturbed. Only the
   * event `prompt-taken` shows that it was heard: a session may die in between.
   */
  tell(run: RunFolder, text: string): Promise<"told" | "not-reachable">;
  /** Figures of the whole conversation so far, earlier runs of the same session included. May be seconds behind. */
  usage(run: RunFolder): Promise<Usage>;
}

export type AgentVersion = { readonly program: string; readonly version: string };

export type RunSpec = {
  /** UUID that names the agent's conversation. Where it exists already (an earlier run, a crash), it is gone on with. */
  readonly agentSessionId: string;
  /** What to do, for the brief file. May hold text from the issue. */
  readonly brief: string;
  /** One fixed sentence of ours, with `{brief}` where the file is named. Never text from outside. */
  readonly prompt: string;
  /** Standing instructions for the system prompt (ours, and those of the base branch). */
  readonly instructions: string;
  readonly workspaceDir: string;
  /** A folder that the agent keeps from run to run of the same task: its own settings and conversations. */
  readonly agentHome: string;
  readonly permissionMode: PermissionMode;
  /** Commands that run without asking, with any arguments after them: `git add`, `npm test`. Pipes and the like may ask all the same. */
  readonly allowedCommands: readonly string[];
  readonly model?: string;
  /** The environment besides what the adapter adds; see `assertHarmless`. */
  readonly environment: Readonly<Record<string, string>>;
  readonly login: Login;
  /** Another address for the provider's API. */
  readonly baseUrl?: string;
  /** A sandbox's command and arguments, put in front of the agent's. */
  readonly wrap?: readonly string[];
  /** Only of repositories that the operator trusts. */
  readonly repository?: RepositoryFiles;
};

/** What a repository wants of the agent's program, as texts of its base branch: nothing that an agent wrote is among them. */
export type RepositoryFiles = {
  /** `.claude/settings.json` */
  readonly settings: string | undefined;
  /** `.mcp.json` */
  readonly servers: string | undefined;
};

export type PermissionMode = "default" | "acceptEdits" | "plan" | "bypassPermissions";

export type Login =
  | { readonly by: "api-key"; readonly key: string }
  | { readonly by: "oauth-token"; readonly token: string }
  /** The login that the owner of this machine has in the agent's usual place. */
  | { readonly by: "owner" };

/** An answer to an event that waits for one. */
export type Reply =
  | { readonly do: "go-on"; readonly why: string }
  | { readonly do: "rest" }
  | { readonly do: "allow" }
  | { readonly do: "deny"; readonly why: string }
  /** The label chosen (or free text) for each question, by the question's text. */
  | { readonly do: "choose"; readonly answers: Readonly<Record<string, string>> }
  /** Somebody answered in the terminal: nobody waits for us any more. */
  | { readonly do: "nothing" };

export type Look = "busy" | "idle" | "unknown" | { readonly waiting: string };

export type Usage = {
  /** How often the model answered. */
  readonly turns: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  /** As the agent reckons it; undefined until it has said so. */
  readonly costUsd: number | undefined;
  readonly model: string | undefined;
  /** The last words of the agent. */
  readonly said: string | undefined;
};
