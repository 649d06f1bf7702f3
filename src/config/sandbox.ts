import { kind } from "./kinds.ts";
import { readRepositories } from "./repository-list.ts";
import type { Kind } from "./setting.ts";

/** Whether there is a wall around agents, and from whom it is taken away. `all` = every repository that is served. */
export type Sandbox =
  | { readonly mode: "auto" }
  | { readonly mode: "off"; readonly repositories: "all" | readonly string[] };

/** How SANDBOX is written. */
export const sandbox: Kind<Sandbox> = kind("`auto`, `off` or `off:owner/name,…`", (text) => {
  if (text === "auto") return { mode: "auto" };
  if (text === "off") return { mode: "off", repositories: "all" };
  const repositories = text.startsWith("off:") ? readRepositories(text.slice(4)) : undefined;
  return repositories?.length ? { mode: "off", repositories } : undefined;
});
