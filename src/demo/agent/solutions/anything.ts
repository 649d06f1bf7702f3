import type { Memory } from "../memory.ts";
import type { Solution } from "../solution.ts";
import { commit, lines, read, run, say, type Step, submit, write } from "../step.ts";

const noteOf = ({ issue }: Memory): string => `docs/notes/issue-${issue.number}.md`;

/** Whatever else people try on the demo. It has no model, so it writes down what was asked, or says that nothing is to be done. */
export const anything: Solution = {
  title: /(?:)/,
  work: (memory) => (isQuestion(memory) ? explain() : takeNote(memory)),
  mend: [say("I'll see what the checks say."), run("node", "--test")],
  review: [],
  submit: ({ issue }) =>
    submit(
      `Note what #${issue.number} asks for`,
      lines(
        `The demo agent has no model behind it, so all it can do for “${plain(issue.title)}” is to write down what is wanted, for somebody who can.`,
        "",
        "With a real agent this would be a change to the code.",
      ),
    ),
};

function isQuestion({ issue }: Memory): boolean {
  return /\?\s*$/.test(issue.title) || /^(how|why|what|where|when|who) /i.test(issue.title);
}

function explain(): Step[] {
  const reason =
    "this is a question, and the answer is no change to the code. (The demo agent has no model; a real agent would answer it here.)";
  return [say("Let me see whether there is anything to change."), read("README.md"), { do: "no-change", reason }];
}

function takeNote(memory: Memory): Step[] {
  const { issue } = memory;
  return [
    say(
      "This one is new to me, and I have no model to think with. I'll write down what is asked, where people find it.",
    ),
    read("README.md"),
    write(
      noteOf(memory),
      lines(`# ${plain(issue.title)}`, "", `Asked for in #${issue.number}:`, "", quoted(issue.text), ""),
    ),
    commit(`Note what #${issue.number} asks for\n\nSo that it is not lost until somebody takes it up.`),
    anything.submit(memory),
  ];
}

const plain = (text: string): string => text.replaceAll(/[`<>|]/g, "").trim();

function quoted(text: string): string {
  const first = text.split("\n").slice(0, 30);
  return first.map((line) => `> ${line}`.trimEnd()).join("\n");
}
