import type { Question } from "../../../core/agent-event.ts";
import type { Memory } from "../memory.ts";
import type { Solution } from "../solution.ts";
import { ask, commit, edit, lines, read, run, say, type Step, submit } from "../step.ts";

const question: Question = {
  header: "Rooibos",
  question: "Packets of rooibos say 5 to 7 minutes. How long should ours steep?",
  multiSelect: false,
  options: [
    { label: "5 minutes", description: "light, with milk in mind" },
    { label: "6 minutes", description: "the middle" },
    { label: "7 minutes", description: "strong; it does not turn bitter" },
  ],
};

/** A tea: it depends on taste, so a person is asked. */
export const rooibos: Solution = {
  title: /rooibos/i,
  work: (memory) => [
    say("A new tea. Let me see how the others are written down."),
    read("src/teas.js"),
    read("test/teas.test.js"),
    say("Water is easy: rooibos likes it boiling. The time is a matter of taste, and the issue says to ask."),
    ask(question),
    ...(memory.answers[question.question] === undefined ? [] : add(minutesOf(memory))),
    ...(memory.answers[question.question] === undefined ? [] : [rooibos.submit(memory)]),
  ],
  mend: [say("I'll run the whole suite to see what it is."), run("node", "--test")],
  review: [
    say("I'll write that down as a test, so that nobody changes it by accident."),
    edit(
      "test/teas.test.js",
      'test("teas are kept in alphabetical order", () => {',
      lines(
        'test("rooibos is not rushed", () => {',
        "  assert.ok(teas.rooibos.seconds >= 300);",
        "});",
        "",
        'test("teas are kept in alphabetical order", () => {',
      ),
    ),
    run("node", "--test"),
    commit("Test that rooibos is not rushed\n\nAsked for in review."),
  ],
  submit: (memory) =>
    submit(
      "Add rooibos",
      lines(
        `Rooibos gets boiling water and ${minutesOf(memory)} minutes.`,
        "",
        "| | |",
        "|---|---|",
        "| Water | 100 °C |",
        `| Time | ${minutesOf(memory)} minutes, as decided on the question |`,
        "",
        "It is in the README too, between mint and sencha.",
      ),
    ),
};

function add(minutes: number): Step[] {
  const teaBefore = "  mint: { celsius: 100, seconds: 420 },";
  const rowBefore = "| mint | 100 °C | 7 minutes |";
  return [
    say(`${minutes} minutes it is.`),
    edit("src/teas.js", teaBefore, lines(teaBefore, `  rooibos: { celsius: 100, seconds: ${minutes * 60} },`)),
    edit("README.md", rowBefore, lines(rowBefore, `| rooibos | 100 °C | ${minutes} minutes |`)),
    run("node", "--test"),
    commit(
      lines(
        "Add rooibos",
        "",
        `Packets say anything between 5 and 7 minutes; ${minutes} was decided on when we asked.`,
      ),
    ),
  ];
}

/** People may answer with an option, its number, or in words of their own. */
function minutesOf(memory: Memory): number {
  const said = Number(/\d+/.exec(memory.answers[question.question] ?? "")?.[0] ?? 6);
  return Math.min(Math.max(said, 2), 15);
}
