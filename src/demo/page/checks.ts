import { latestRuns, latestStatuses, suitesOn } from "../github/world/check-state.ts";
import type { CheckRun, Pull, Status } from "../github/world/model.ts";
import { type Html, html } from "./html.ts";
import { type IconName, icon } from "./icons.ts";
import { renderMarkdown } from "./markdown.ts";
import type { View } from "./view.ts";

/** What reported on a pull request's newest commit, whichever way it did. */
export interface ShownCheck {
  readonly key: string;
  readonly name: string;
  readonly look: Look;
  readonly words: string;
  readonly text: string;
}

type Look = "good" | "bad" | "busy" | "neutral";

export function checksOf({ store }: View, { head }: Pull): ShownCheck[] {
  const suites = new Set(suitesOn(store, head.sha).map(({ id }) => id));
  const runs = latestRuns([...store.checkRuns.values()].filter(({ suite }) => suites.has(suite)));
  return [...runs.map(shownRun), ...latestStatuses(store, head.sha).map(shownStatus)];
}

function shownRun({ id, name, status, conclusion, output }: CheckRun): ShownCheck {
  const words = output.title ?? (status === "completed" ? (conclusion ?? "") : status).replaceAll("_", " ");
  const text = [output.summary, output.text].filter((part) => part !== null).join("\n\n");
  return { key: `run-${id}`, name, words, text, look: status === "completed" ? lookOf(conclusion) : "busy" };
}

function lookOf(conclusion: CheckRun["conclusion"]): Look {
  if (conclusion === "success") return "good";
  return conclusion === "neutral" || conclusion === "skipped" || conclusion === null ? "neutral" : "bad";
}

const statusLooks = { success: "good", pending: "busy", failure: "bad", error: "bad" } as const;

function shownStatus({ id, context, state, description }: Status): ShownCheck {
  return { key: `status-${id}`, name: context, look: statusLooks[state], words: description ?? state, text: "" };
}

const icons: Readonly<Record<Look, readonly [IconName, string]>> = {
  good: ["check", "green"],
  bad: ["cross", "red"],
  busy: ["dot", "amber"],
  neutral: ["skipped", "gray"],
};

export function checkIcon(look: Look): Html {
  const [name, tone] = icons[look];
  return html`<span class="${tone}">${icon(name)}</span>`;
}

/** Of many checks the worst says how it stands; undefined when there are none. */
export function overall(checks: readonly ShownCheck[]): Look | undefined {
  return (["bad", "busy", "good", "neutral"] as const).find((look) => checks.some((check) => check.look === look));
}

export function checkList(view: View, pull: Pull): Html {
  const checks = checksOf(view, pull);
  const sha = pull.head.sha.slice(0, 7);
  if (checks.length === 0) {
    return html`<div class="blank"><h2>No checks</h2><p>Nothing has reported on commit <code>${sha}</code>.</p></div>`;
  }
  return html`<ul class="card checks">${checks.map(
    ({ key, name, look, words, text }) =>
      html`<li id="${key}">${checkIcon(look)}<div><b>${name}</b> <span class="muted">${words}</span>
        ${text.trim() !== "" && html`<details><summary class="muted">Details</summary><div class="prose">${renderMarkdown(text, view.name)}</div></details>`}</div></li>`,
  )}</ul>`;
}
