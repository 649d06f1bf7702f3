import * as z from "zod";
import { agentSettings, claudeSettings } from "./agent-settings.ts";
import { appSettings, githubSettings } from "./app-settings.ts";
import { limitSettings } from "./limit-settings.ts";
import { peopleSettings } from "./people-settings.ts";
import { serviceSettings } from "./service-settings.ts";

/** The settings in the order in which people read them: what must be set comes first. */
export const groups = [
  { title: "Your GitHub App", settings: appSettings },
  { title: "Claude Code", settings: claudeSettings },
  { title: "Agents", settings: agentSettings },
  { title: "Who may ask, and where", settings: peopleSettings },
  { title: "Limits and pace", settings: limitSettings },
  { title: "The service", settings: serviceSettings },
  { title: "GitHub Enterprise Server", settings: githubSettings },
] as const;

/** The environment, checked. Types, messages, `.env.example` and `docs/settings.md` all come from here. */
export const environmentSchema = z.object({
  ...appSettings,
  ...claudeSettings,
  ...agentSettings,
  ...peopleSettings,
  ...limitSettings,
  ...serviceSettings,
  ...githubSettings,
});

export type CheckedEnvironment = z.output<typeof environmentSchema>;
