import type { Solution } from "../solution.ts";
import { commit, edit, lines, read, run, say, submit } from "../step.ts";

const wordsBefore = lines("export function temperature(celsius) {", "  return `${celsius} °C`;", "}");
const wordsAfter = lines(
  'export function temperature(celsius, scale = "celsius") {',
  '  return scale === "fahrenheit" ? `${Math.round(celsius * 1.8 + 32)} °F` : `${celsius} °C`;',
  "}",
);
const optionBefore = '  "--list": "show every tea we know",';
const optionAfter = lines(optionBefore, '  "--fahrenheit": "tell temperatures in Fahrenheit",');
const printBefore = "  print(`${name}: water at ${temperature(tea.celsius)}, steep for ${duration(tea.seconds)}.`);";
const printAfter = lines(
  '  const scale = words.includes("--fahrenheit") ? "fahrenheit" : "celsius";',
  "  print(`${name}: water at ${temperature(tea.celsius, scale)}, steep for ${duration(tea.seconds)}.`);",
);
const testBefore = 'test("an unknown tea is no success", () => {';
const testAfter = lines(
  'test("friends overseas are told Fahrenheit, in whole degrees", () => {',
  '  assert.match(said("earl", "grey", "--fahrenheit").text, /water at 203 °F,/);',
  "});",
  "",
  testBefore,
);
const rowBefore = "| `--list` | show every tea we know |";

const handIn = submit(
  "Tell temperatures in Fahrenheit with --fahrenheit",
  lines(
    "For friends overseas:",
    "",
    "```console",
    "$ teatime earl grey --fahrenheit",
    "earl grey: water at 203 °F, steep for 3 minutes 30 seconds.",
    "```",
    "",
    "- The option may stand anywhere on the line.",
    "- Degrees are rounded to whole ones.",
    "- Celsius stays the default.",
  ),
);

/** An option: the first go forgets the README, which the repository's checks notice. */
export const fahrenheit: Solution = {
  title: /fahrenheit/i,
  work: () => [
    say("A new option: I'll read where the others are, and where temperatures become words."),
    read("src/run.js"),
    read("src/words.js"),
    say(
      "Whole degrees are enough, says a comment, so I round. `temperature` takes the scale; Celsius stays what it was.",
    ),
    edit("src/words.js", wordsBefore, wordsAfter),
    edit("src/run.js", optionBefore, optionAfter),
    edit("src/run.js", printBefore, printAfter),
    edit("test/run.test.js", testBefore, testAfter),
    run("node", "--test", "test/run.test.js"),
    commit(
      lines(
        "Tell temperatures in Fahrenheit with --fahrenheit",
        "",
        "Not everybody thinks in Celsius. Whole degrees, because no kettle is better than that.",
      ),
    ),
    handIn,
  ],
  mend: [
    say("Ah. I only ran the tests next to my change. The README has to know every option: I'll run all of them now."),
    run("node", "--test"),
    read("test/readme.test.js"),
    edit("README.md", rowBefore, lines(rowBefore, "| `--fahrenheit` | tell temperatures in Fahrenheit |")),
    run("node", "--test"),
    commit("Name --fahrenheit in the README\n\nThe checks hold the README to every option, and they are right."),
  ],
  review: [
    say("Good idea. Water that boils is the best example, so I'll add that one."),
    edit(
      "test/run.test.js",
      '  assert.match(said("earl", "grey", "--fahrenheit").text, /water at 203 °F,/);',
      lines(
        '  assert.match(said("earl", "grey", "--fahrenheit").text, /water at 203 °F,/);',
        '  assert.match(said("--fahrenheit", "mint").text, /water at 212 °F,/);',
      ),
    ),
    run("node", "--test"),
    commit("Test that boiling water is 212 °F\n\nAsked for in review."),
  ],
  submit: () => handIn,
};
