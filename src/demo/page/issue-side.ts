import type { Issue, Label } from "../github/world/model.ts";
import { get } from "../github/world/world.ts";
import { avatar, person } from "./avatar.ts";
import { type Html, html, type Part } from "./html.ts";
import { icon } from "./icons.ts";
import { chip } from "./labels.ts";
import { labelsOf, pathOf, type View } from "./view.ts";

/** Beside the conversation: who, which labels, what belongs together. */
export function issueSide(view: View, issue: Issue, first?: Part): Html {
  return html`<aside aria-label="About it">
    ${first}
    ${part("Assignees", "assignees", issue.assignees.length === 0 ? none("No one") : issue.assignees.map((user) => html`<p>${avatar(user, 20)} ${person(user)}</p>`))}
    <section>
      ${labelPicker(view, issue)}
      <div id="labels" data-live>${labels(view, issue)}</div>
    </section>
    ${view.store.pulls.has(issue.number) ? "" : part("Development", "development", linkedPulls(view, issue))}
  </aside>`;
}

export const part = (title: string, id: string, content: Part): Html =>
  html`<section><h3>${title}</h3><div id="${id}" data-live>${content}</div></section>`;

export const none = (words: string): Html => html`<p class="muted">${words}</p>`;

function labels(view: View, issue: Issue): Part {
  const all = labelsOf(view, issue);
  return all.length === 0 ? none("None yet") : html`<p class="chips">${all.map((label) => html`${chip(label)} `)}</p>`;
}

/** One button a label, so that it works without a script, and each click is one label put on or taken off. */
function labelPicker(view: View, issue: Issue): Html {
  if (!view.may("triage")) return html`<h3>Labels</h3>`;
  const has = new Set(issue.labels);
  return html`<details class="menu picker">
    <summary><h3>Labels</h3> ${icon("gear")}<span class="hidden">Choose labels</span></summary>
    <form method="post" action="${pathOf(view, issue.number)}/label" class="popover" id="label-picker" data-live>
      <p>Click to put a label on or take it off</p>
      ${[...view.store.labels.values()].map((label) => choice(label, has.has(label.id)))}
    </form>
  </details>`;
}

function choice({ name, color, description }: Label, isOn: boolean): Html {
  return html`<button name="${isOn ? "remove" : "add"}" value="${name}" aria-pressed="${isOn ? "true" : "false"}">
    <span class="tick">${isOn && icon("check")}</span><span><span class="blob c-${color.toLowerCase()}"></span> <b>${name}</b>${description !== null && html`<br><small>${description}</small>`}</span></button>`;
}

/** Pull requests that say they close this issue. */
function linkedPulls(view: View, issue: Issue): Part {
  const closes = new RegExp(`\\b(close[sd]?|fix(e[sd])?|resolve[sd]?):?\\s+#${issue.number}\\b`, "i");
  const pulls = [...view.store.pulls.values()].filter(({ number }) =>
    closes.test(get(view.store.issues, number).body ?? ""),
  );
  if (pulls.length === 0) return none("No branches or pull requests");
  return pulls.map(({ number, merged, isDraft }) => {
    const { title, state } = get(view.store.issues, number);
    const look = merged !== undefined ? "merged" : state === "closed" ? "closed" : isDraft ? "draft" : "open";
    return html`<p class="linked ${look}">${icon(look === "merged" ? "merged" : "pull")} <a href="${pathOf(view, number)}">${title}</a> <span class="muted">#${number}</span></p>`;
  });
}
