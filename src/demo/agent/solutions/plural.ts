import type { Solution } from "../solution.ts";
import { commit, edit, lines, read, run, say, submit } from "../step.ts";

const durationBefore = "  return rest === 0 ? `${minutes} minutes` : `${minutes} minutes ${rest} seconds`;";
const durationAfter = lines(
  '  const parts = [count(minutes, "minute"), count(rest, "second")];',
  '  return parts.filter((part) => part !== "").join(" ") || "no time at all";',
);
const docBefore = "/** A time, as one says it in the kitchen. */";
const docAfter = lines(
  '/** "1 minute", "2 minutes"; nothing for none. */',
  "function count(number, unit) {",
  '  if (number === 0) return "";',
  "  return number === 1 ? `1 ${unit}` : `${number} ${unit}s`;",
  "}",
  "",
  docBefore,
);
const testBefore = 'test("water is measured in Celsius", () => {';
const testAfter = lines(
  'test("one of a kind has no s", () => {',
  '  assert.equal(duration(60), "1 minute");',
  '  assert.equal(duration(61), "1 minute 1 second");',
  '  assert.equal(duration(90), "1 minute 30 seconds");',
  "});",
  "",
  'test("what is zero is not said", () => {',
  '  assert.equal(duration(45), "45 seconds");',
  "});",
  "",
  testBefore,
);

const handIn = submit(
  "Say “1 minute”, not “1 minutes”",
  lines(
    "A helper counts units now, so that one minute is one minute:",
    "",
    "```console",
    "$ teatime sencha",
    "sencha: water at 70 °C, steep for 1 minute.",
    "```",
    "",
    "- One of a kind has no s, for minutes and for seconds.",
    "- What is zero is not said: 45 seconds are “45 seconds”.",
    "",
    "Tests for exactly one minute and exactly one second came first, and failed without the change.",
  ),
);

/** "1 minutes": a small bug, mended at the first go. */
export const plural: Solution = {
  title: /1 minutes|plural/i,
  work: () => [
    say("I'll look at how the words are made, and at what the tests say about them."),
    read("src/words.js"),
    read("test/words.test.js"),
    say(
      "`duration` puts an s on everything. It also says “0 minutes 45 seconds”. One helper that counts mends both. First the tests, so that I see them fail.",
    ),
    edit("test/words.test.js", testBefore, testAfter),
    run("node", "--test", "test/words.test.js"),
    say("They fail as they should. Now the words."),
    edit("src/words.js", durationBefore, durationAfter),
    edit("src/words.js", docBefore, docAfter),
    run("node", "--test"),
    commit(
      lines(
        "Say “1 minute”, not “1 minutes”",
        "",
        "The unit got an s whatever its number. Parts that are zero are left out now, so 45 seconds are no longer “0 minutes 45 seconds”.",
      ),
    ),
    handIn,
  ],
  mend: [say("I'll run the whole suite to see what it is."), run("node", "--test")],
  review: [
    say("Fair point. I'll pin that down with a test, so that it stays so."),
    edit("test/words.test.js", '  assert.equal(duration(45), "45 seconds");', seconds()),
    run("node", "--test"),
    commit("Test the edges of a duration\n\nAsked for in review."),
  ],
  submit: () => handIn,
};

function seconds(): string {
  return lines('  assert.equal(duration(45), "45 seconds");', '  assert.equal(duration(1), "1 second");');
}
