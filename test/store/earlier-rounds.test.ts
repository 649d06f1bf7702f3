import { expect, it } from "vitest";
import { nothingWatched } from "../../src/core/pull-watch.ts";
import { taskOf } from "../../src/store/saved-task.ts";
import { aTask } from "../fakes/a-task.ts";

it("in tasks from before checks began rounds, all rounds were people's", () => {
  const round = { number: 3, wishes: [], threads: [], broughtIn: "", check: 0 };
  const { watch: _none, ...earlier } = aTask({ round });
  const task = taskOf({ id: earlier.id, json: JSON.stringify(earlier) });
  expect(task.watch).toEqual({ ...nothingWatched, rounds: { people: 3, checks: 0, base: 0 } });
});
