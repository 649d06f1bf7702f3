import { randomBytes } from "node:crypto";
import { chmodSync, readdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { usualLimits } from "../../../src/runner/git/change-rules.ts";
import { eventually } from "../../e2e/stage.ts";
import { aRepository, baseOf, type Bench, commit, git } from "../git/a-repository.ts";

const gateOf = ({ repositoryDir }: Bench) => join(repositoryDir, "gate.git");

/** The pack of the clone. */
function firstPack(bench: Bench, ending: string): string {
  const folder = join(gateOf(bench), "objects", "pack");
  const [name = ""] = readdirSync(folder).filter((one) => one.endsWith(ending));
  chmodSync(join(folder, name), 0o600);
  return join(folder, name);
}

/** A gate with a clone's pack, one workspace with a commit that is nowhere else, and work saved from another one that is gone. */
async function aGateWithWork() {
  const bench = await aRepository({}, { "README.md": "# Sample\n", "noise.txt": randomBytes(20_000).toString("hex") });
  const base = await baseOf(bench.store);
  const gone = await bench.store.createWorkspace("gone", base);
  const pack = firstPack(bench, ".pack");
  writeFileSync(join(gone.path, "saved.txt"), "saved\n");
  const saved = await bench.store.saveWork("gone");
  await bench.store.removeWorkspace("gone");
  const { path } = await bench.store.createWorkspace("here", base);
  const head = commit(path, "Only here", { "here.txt": "here\n" });
  if (saved.is !== "saved") throw new Error("not saved");
  return { bench, base, pack, ref: saved.ref, head };
}

const damages: readonly (readonly [string, (pack: string, gate: string) => void])[] = [
  ["a pack is cut short", (pack) => truncateSync(pack, 900)],
  ["a pack is gone", (pack) => rmSync(pack)],
  ["an index of a pack is cut short", (pack) => truncateSync(indexOf(pack), 500)],
  [
    "bytes of a pack have changed",
    (pack) => {
      const bytes = readFileSync(pack);
      const middle = Math.floor(bytes.length / 2);
      bytes.fill(0, middle, middle + 200);
      writeFileSync(pack, bytes);
    },
  ],
  ["HEAD is gone", (_pack, gate) => rmSync(join(gate, "HEAD"))],
  ["a ref holds nonsense", (_pack, gate) => writeFileSync(join(gate, "refs/remotes/origin/main"), "nonsense\n")],
  [
    "the gate is gone but for what was put aside",
    (_pack, gate) => renameSync(gate, `${gate}.damaged-20260101000000000`),
  ],
];

function indexOf(pack: string): string {
  const index = pack.replace(/pack$/, "idx");
  chmodSync(index, 0o600);
  return index;
}

/** As the loop does: a failure is a reason to try again. */
async function untilWorking<T>(work: () => Promise<T>): Promise<T> {
  const done = await eventually("an answer", async () => (await Promise.allSettled([work()])).find(isDone), 5_000);
  return done.value;
}

function isDone<T>(result: PromiseSettledResult<T>): result is PromiseFulfilledResult<T> {
  return result.status === "fulfilled";
}

test.each(damages)("%s: the gate is made anew, and no work is lost", async (_name, damage) => {
  const { bench, base, pack, ref, head } = await aGateWithWork();
  damage(pack, gateOf(bench));
  const store = bench.reopen();
  const taken = await untilWorking(() => store.takeIn("here", head, base.sha, usualLimits));
  expect(taken).toMatchObject({ is: "taken", sha: head });
  expect(await store.fetchBase("main")).toMatchObject({ is: "fetched", sha: base.sha });
  expect(await store.lookWorkspace("here")).toMatchObject({ is: "there", head, commitsAhead: 1, uncommitted: 0 });
  expect(await store.savedWork("gone")).toEqual([ref]);
  const again = await untilWorking(() => store.createWorkspace("gone", base));
  await store.restoreWork("gone", ref);
  expect(readFileSync(join(again.path, "saved.txt"), "utf8")).toBe("saved\n");
  expect(() => git(gateOf(bench), "fsck", "--full")).not.toThrow();
});

test("a damage shows at the next fetch, too, and the old gate is kept aside", async () => {
  const { bench, base, ref } = await aGateWithWork();
  rmSync(join(gateOf(bench), "HEAD"));
  commit(bench.clone, "Go on", { "a.txt": "a\n" });
  git(bench.clone, "push", "--quiet", "--force", "origin", "main");
  const store = bench.reopen();
  expect(await store.fetchBase("main")).toMatchObject({ is: "fetched" });
  expect(await store.savedWork("gone")).toEqual([ref]);
  expect(await store.lookWorkspace("here")).toMatchObject({ is: "there", baseSha: base.sha });
  await store.sweep();
  expect(readdirSync(bench.repositoryDir).filter((name) => name.startsWith("gate.git.damaged-"))).toHaveLength(1);
});

test("what an agent breaks in its own repository has nobody's gate made anew", async () => {
  const { bench, base, head } = await aGateWithWork();
  const folder = join(bench.repositoryDir, "private", "here.git", "objects", head.slice(0, 2));
  chmodSync(join(folder, head.slice(2)), 0o600);
  truncateSync(join(folder, head.slice(2)), 3);
  const store = bench.reopen();
  expect(await store.lookWorkspace("here")).toMatchObject({ is: "unknown" });
  expect(await store.takeIn("here", head, base.sha, usualLimits)).toMatchObject({ is: "refused" });
  expect(readdirSync(bench.repositoryDir).filter((name) => name.includes("damaged"))).toEqual([]);
});
