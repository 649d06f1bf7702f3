import * as fc from "fast-check";
import MarkdownIt from "markdown-it";
import { describe, expect, it } from "vitest";
import type { GaveUp, Outcome, Task } from "../../src/core/task.ts";
import { duration } from "../../src/core/figures.ts";
import { headline, labelOf, pullBody, statusComment } from "../../src/core/words.ts";
import { admitted, aRun, aSight, everyOtherTask, everyOutcome, nowMs, submission } from "./states.ts";

const markdown = new MarkdownIt({ html: true });
const sight = aSight({ session: { is: "alive", agent: "busy", startedFor: "1-1-1" } });

const stopped = (outcome: Outcome, more: Partial<Task> = {}): Task =>
  admitted({ why: "the issue was closed", phase: { at: "stopped", sinceMs: nowMs, outcome }, ...more });

function outcomeLine(outcome: Outcome): string {
  const [, , line = ""] = statusComment(stopped(outcome), sight).split("\n\n");
  return line;
}

describe("an outcome", () => {
  it.each(everyOutcome.map((outcome) => [JSON.stringify(outcome), outcome] as const))(
    "%s is said in one line",
    (_name, outcome) => {
      expect(outcomeLine(outcome)).toMatch(/^[A-Z][^\n]*[^.]\.$/);
      expect(headline(stopped(outcome))).toMatch(/^\S+ \S/u);
    },
  );

  const causes = everyOutcome.flatMap((one) => (one.is === "gave-up" ? [one.cause] : []));
  it.each<GaveUp>(causes)("%s says what can be done about it", (cause) => {
    expect(outcomeLine({ is: "gave-up", cause, detail: "so it is" })).toMatch(
      /^Given up: so it is\. .*another attempt\.$/,
    );
  });

  it("stays one line whatever an agent says", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (detail) => {
        expect(outcomeLine({ is: "gave-up", cause: "agent-failed", detail })).toMatch(/^Given up: [^\n]+\. .*$/);
      }),
    );
    expect(outcomeLine({ is: "gave-up", cause: "login", detail: "line one.\n\n# Two\n" })).toContain(
      "Given up: line one. # Two. Mend",
    );
    expect(outcomeLine({ is: "gave-up", cause: "login", detail: "" })).toContain("Given up: nobody says why.");
  });

  it("quotes a reason that has paragraphs", () => {
    const text = statusComment(stopped({ is: "no-change-needed", reason: "It is right.\n\nSee `a`." }), sight);
    expect(text).toContain("The agent says that no change is needed:\n\n> It is right.\n> \n> See `a`.");
  });

  it("says that work is saved only where there was some", () => {
    expect(statusComment(stopped({ is: "closed" }), sight)).not.toContain("saved");
    expect(statusComment(stopped({ is: "closed" }, { run: aRun() }), sight)).toContain(
      "What the agent wrote is saved.",
    );
  });
});

describe("what people should know before they trust the work", () => {
  const working = admitted({ phase: { at: "working", sinceMs: nowMs }, run: aRun() });
  const brief = { title: "t", body: "b", comments: [], leftOut: 0 };

  it("is that there is no sandbox", () => {
    expect(statusComment(working, { ...sight, isWalled: false })).toContain("| Sandbox | **off** for this repository");
    expect(statusComment(working, sight)).not.toContain("Sandbox");
  });

  it.each<[string, Partial<typeof brief> & { readonly wasChanged?: boolean }, string]>([
    ["nothing was left out", {}, ""],
    ["comments", { leftOut: 1 }, "| Left out | 1 comment by others than writers, or later than the label |"],
    ["a later text", { wasChanged: true }, "| Left out | what the issue's text became after the label |"],
  ])("is what the agent has not read: %s", (_name, more, row) => {
    const text = statusComment({ ...working, brief: { ...brief, ...more } }, sight);
    const [found = ""] = /^\| Left out .*$/m.exec(text) ?? [];
    expect(found).toBe(row);
  });
});

const hostile = "`@ann closes #12 <img src=x> ![a](http://t.test/a.png)\n\n```\n</details>\n# Big\n| a | b |";

/** Everywhere that text of an agent, of settings or of a failure gets into what we say. */
function poisoned(text: string): readonly Task[] {
  const run = aRun({ lastSaid: text, submitted: { title: text, body: text, isWhole: true } });
  const usage = { ...admitted().usage, model: text };
  const more = { run, usage, trouble: text, settingsMistakes: [text] };
  return [
    admitted({ ...more, phase: { at: "working", sinceMs: nowMs } }),
    admitted({
      ...more,
      phase: { at: "waiting", sinceMs: nowMs, on: { kind: "permission", event: "e", tool: text, summary: text } },
    }),
    admitted({
      ...more,
      phase: {
        at: "waiting",
        sinceMs: nowMs,
        on: {
          kind: "question",
          event: "e",
          questions: [
            { question: text, header: text, multiSelect: false, options: [{ label: text, description: text }] },
          ],
        },
      },
    }),
    stopped({ is: "gave-up", cause: "agent-failed", detail: text }, more),
    stopped({ is: "no-change-needed", reason: text }, more),
    stopped({ is: "refused", reason: text, isQuiet: false }, more),
  ];
}

function faultsIn(text: string): readonly string[] {
  const tokens = markdown.parse(text, {}).flatMap((token) => [token, ...(token.children ?? [])]);
  const ours =
    /^<!-- coppice:status task=500-7 -->|^<\/?details|^<details open><summary>What the agent said last<\/summary>/;
  return tokens.flatMap(({ type, content }) => {
    if (type === "image") return ["an image"];
    if (type.startsWith("html_")) return ours.test(content.trim()) ? [] : [content];
    return type === "text" && /(?:^|\W)(?:@[a-z0-9]|#12)/i.test(content) ? [content] : [];
  });
}

describe("text of an agent", () => {
  const pieces = [
    "@ann",
    "`",
    "```",
    "\n",
    "\n\n",
    "#12",
    "<b>",
    "<!--",
    "-->",
    "</details>",
    "&#64;",
    "|",
    "> ",
    "- ",
    "    ",
    "![",
    "](",
    "*",
    "_",
    "x",
  ];
  const anyText = fc.array(fc.constantFrom(...pieces), { maxLength: 10 }).map((parts) => parts.join(""));

  it("notifies nobody and brings no HTML, wherever it stands in the status comment", () => {
    expect(poisoned(hostile).map((task) => faultsIn(statusComment(task, sight)))).toEqual([[], [], [], [], [], []]);
    fc.assert(
      fc.property(anyText, (text) => {
        for (const task of poisoned(text)) expect(faultsIn(statusComment(task, sight))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it("does not swallow what the pull request says after it", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const task = admitted({ run: aRun({ submitted: { ...submission, body: text } }) });
        const body = pullBody(task);
        expect(faultsIn(body)).toEqual([]);
        const paragraphs = markdown.parse(body, {}).filter(({ type, level }) => type === "inline" && level === 1);
        expect(paragraphs.map(({ content }) => content)).toContain("Closes #7");
      }),
      { numRuns: 500 },
    );
  });
});

describe("the status comment", () => {
  it("is the same while nothing happens, whatever the time", () => {
    for (const task of everyOtherTask())
      expect(statusComment(task, sight)).toBe(statusComment(structuredClone(task), sight));
  });

  it("says in the queue how many are before it and why it waits", () => {
    const text = statusComment(admitted(), aSight({ slot: { free: false, ahead: 2, why: "every slot is taken" } }));
    expect(text).toContain("| Place | 2 before it |\n| Why | every slot is taken |");
  });

  it("says how to watch, and how to answer when something is asked", () => {
    const [, waiting = admitted()] = poisoned("x");
    expect(statusComment(waiting, sight)).toContain("| Watch | `tmux attach -r -t shop-1` |");
    expect(statusComment(waiting, sight)).toContain("Answer at its terminal: `tmux attach -t shop-1`");
  });

  it("keeps its table whole whatever a branch is called", () => {
    const task = admitted({
      run: aRun(),
      base: { branch: "a|b", named: true, sha: "s" },
      phase: { at: "working", sinceMs: nowMs },
    });
    expect(statusComment(task, sight)).toContain("from `a\\|b` |");
  });
});

it("the pull request says what it closes, whose words it holds and what it took", () => {
  const usage = {
    model: "fake-1",
    turns: 3,
    inputTokens: 9_000,
    outputTokens: 12_345,
    cachedTokens: 0,
    usd: 0.5,
    workedMs: 65_000,
  };
  const body = pullBody(admitted({ usage, run: aRun({ submitted: submission }) }));
  expect(body.startsWith("It is mended.\n\nCloses #7\n\n")).toBe(true);
  expect(body).toContain("| claude | fake-1 | 1 min 5 s | 3 | 9000 / 12k / 0 | $0.50 |");
  expect(body).toContain("asked by ann");
});

it.each([
  [0, "0 s"],
  [59_499, "59 s"],
  [60_000, "1 min 0 s"],
  [3_600_000, "1 h 0 min"],
])("%d ms are told as %s", (ms, words) => {
  expect(duration(ms)).toBe(words);
});

it("a label shows each state that people should notice", () => {
  const labels = [...everyOtherTask()].map((task) => `${task.phase.at} ${labelOf(task)}`);
  expect(new Set(labels)).toEqual(
    new Set([
      "asked undefined",
      "queued undefined",
      "preparing working",
      "in-review review",
      "stopped failed",
      "ending undefined",
      "done undefined",
    ]),
  );
});

it("a pull request that touches what decides what is run says so to its reviewers", () => {
  const flags = [
    { path: "package.json", why: "decides what is installed and run" },
    { path: "odd`@name", why: "is no text" },
  ];
  const body = pullBody(admitted({ run: aRun({ submitted: submission }), delivered: { sha: "a".repeat(40), flags } }));
  expect(body).toContain("**Please look twice at:**\n\n- `package.json`: decides what is installed and run");
  expect(markdown.render(body)).toContain("<code>odd'");
  expect(pullBody(admitted({ run: aRun({ submitted: submission }) }))).not.toContain("look twice");
});
