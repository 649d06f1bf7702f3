import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Wall } from "../../src/runner/wall.ts";
import { realWall, temporaryFolder, whyNoWall } from "../runner/sandbox/real-wall.ts";
import { git } from "../runner/git/a-repository.ts";
import type { Attack } from "./git-attacks/attack.ts";
import { contents } from "./git-attacks/contents.ts";
import { anEstate, isUnharmed, moveOn, onCoppice } from "./git-attacks/coppice-workspace.ts";
import type { Estate } from "./git-attacks/coppice-workspace.ts";
import { files } from "./git-attacks/files.ts";
import { aGround, ourSecret } from "./git-attacks/ground.ts";
import type { Ground } from "./git-attacks/ground.ts";
import { neighbours } from "./git-attacks/neighbours.ts";
import { layTemplate, onPlainWorktree } from "./git-attacks/plain-worktree.ts";
import { programs } from "./git-attacks/programs.ts";
import { remotes } from "./git-attacks/remotes.ts";

const kinds = { programs, remotes, contents, neighbours, files };
const attacks = Object.entries(kinds).flatMap(([kind, list]) => list.map((attack) => ({ kind, ...attack })));

/** So many were tried on paper before anything was built. */
const least = 82;

const reason = await whyNoWall();

/** Attacks of one kind do different harm, but each is counted once: by whether it did any. */
const counts = new Map<string, { tried: number; plain: number; coppice: number; inside: number }>();

describe.skipIf(reason !== undefined)("attacks by way of git", () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let ground: Ground;
  let wall: Wall;
  let estate: Estate;

  beforeAll(async () => {
    folder = await temporaryFolder();
    ground = await aGround();
    wall = await realWall({ folder: folder.path });
    await layTemplate(ground);
    estate = await anEstate(ground, wall);
    await moveOn(estate);
    await estate.open().fetchBase("main");
  });

  afterAll(async () => {
    await estate.server.close();
    await ground.close();
    await folder[Symbol.asyncDispose]();
  });

  it.concurrent.each(attacks.map((attack, at) => [attack.name, attack, at] as const))(
    "%s: works on a plain worktree, and not on ours",
    async (_name, attack, at) => {
      const plain = await onPlainWorktree(ground, attack, at);
      const { harm, steps, ranInside } = await onCoppice(estate, attack, at);
      count(attack, plain, harm, ranInside);
      if (process.env["ATTACKS"] !== undefined)
        process.stdout.write(
          `${attack.name} | plain: ${plain.join(", ")} | ours: ${harm.join(", ")} | ${steps.join("; ")}\n`,
        );
      expect(harm, steps.join("; ")).toEqual([]);
      // Else it would prove nothing.
      expect(plain.length > 0 || attack.isResisted === true, "on the plain worktree").toBe(true);
    },
  );

  it("nothing planted is delivered as ever", async () => {
    const nothing: Attack = { name: "nothing", plant: "true", careless: "true" };
    expect(await onPlainWorktree(ground, nothing, attacks.length)).toEqual([]);
    expect(await onCoppice(estate, nothing, attacks.length)).toMatchObject({
      harm: [],
      steps: [
        "look: there",
        "save: saved",
        "bring in: brought-in",
        "look: there",
        "take in: taken",
        "push: pushed",
        "clear: removed",
      ],
    });
  });

  it("a task that begins afterwards gets what GitHub has, and no more", async () => {
    const wanted = git(estate.upstream, "ls-tree", "-r", estate.base.sha).replace(/^(\d+) blob (\w+)/gm, "$1 $2 0");
    expect(await isUnharmed(estate)).toBe(wanted);
    expect(ground.caught.join("\n")).not.toContain(ourSecret.basic);
  });

  it(`at least ${least} of them are such as work on a plain worktree`, () => {
    const rows = [...counts].map(
      ([kind, { tried, plain, coppice, inside }]) =>
        `${kind.padEnd(11)} ${[tried, plain, coppice, inside].map((n) => String(n).padStart(8)).join("")}`,
    );
    process.stdout.write(`\n${" ".repeat(11)}    tried   plain    ours  inside\n${rows.join("\n")}\n`);
    const working = [...counts.values()].reduce((sum, { plain }) => sum + plain, 0);
    expect(working).toBeGreaterThanOrEqual(least);
  });
});

function count(
  { kind }: { kind: string },
  plain: readonly string[],
  harm: readonly string[],
  ranInside: boolean,
): void {
  const seen = counts.get(kind) ?? { tried: 0, plain: 0, coppice: 0, inside: 0 };
  counts.set(kind, {
    tried: seen.tried + 1,
    plain: seen.plain + Math.min(1, plain.length),
    coppice: seen.coppice + Math.min(1, harm.length),
    inside: seen.inside + Number(ranInside),
  });
}
