import { randomBytes } from "node:crypto";
import { readdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { IntakeLimits } from "../../../src/runner/git/change-rules.ts";
import { allowanceOf, usualLimits } from "../../../src/runner/git/change-rules.ts";
import { aRepository, baseOf, commit, firstFiles, git } from "./a-repository.ts";
import { plantedSecrets, plantedToken } from "./planted-secrets.ts";

async function aWorkspace(files?: Readonly<Record<string, string>>) {
  const bench = await aRepository({}, files);
  const base = await baseOf(bench.store);
  const { path } = await bench.store.createWorkspace("w1", base);
  const takeIn = (limits: Partial<IntakeLimits> = {}) =>
    bench.store.takeIn("w1", git(path, "rev-parse", "HEAD"), base.sha, { ...usualLimits, ...limits });
  return { ...bench, path, takeIn, gate: join(bench.repositoryDir, "gate.git") };
}

describe("secrets on the way out", () => {
  test("every planted kind holds the push, and is told without its value", async () => {
    const { path, takeIn, gate } = await aWorkspace();
    const words: string[] = [];
    for (let from = 0; from < plantedSecrets.length; from += 20) {
      git(path, "reset", "--quiet", "--hard", "origin/main");
      const some = plantedSecrets.slice(from, from + 20).map(([, name, text], at) => [`${from + at}/${name}`, text]);
      const sha = commit(path, "Plant", Object.fromEntries(some.map(([name, text]) => [name, `first\n${text}\n`])));
      const result = await takeIn();
      const findings = result.is === "refused" ? result.findings : [];
      expect(new Set(findings.map((finding) => finding.path))).toEqual(new Set(some.map(([name]) => name)));
      expect(findings.every((finding) => finding.kind === "secret" && finding.commit === sha)).toBe(true);
      words.push(...findings.map((finding) => finding.words));
    }
    expect(words.length).toBeGreaterThanOrEqual(40);
    expect(words[0]).toMatch(
      /^0\/a\.ts, line 2: holds what looks like a secret \(GitHub token\), in commit [0-9a-f]{12}$/,
    );
    for (const [, , text] of plantedSecrets) {
      for (const part of text.match(/[A-Za-z0-9+/_-]{16,}/g) ?? []) expect(words.join("\n")).not.toContain(part);
    }
    expect(git(gate, "for-each-ref", "refs/coppice/tasks")).toBe("");
    expect(readdirSync(join(gate, "quarantine"))).toEqual([]);
  }, 120_000);

  test("a secret that a later commit takes away is still in the branch", async () => {
    const { path, takeIn } = await aWorkspace();
    const evil = commit(path, "In", { "a.txt": `${plantedToken}\n` });
    commit(path, "Out", { "a.txt": "nothing\n" });
    expect(await takeIn()).toMatchObject({
      is: "refused",
      findings: [{ kind: "secret", path: "a.txt", commit: evil }],
    });
  });

  test("what people allowed goes out, for these very commits, and nothing hides behind it", async () => {
    const { path, takeIn } = await aWorkspace();
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`${at}.txt`, `${plantedToken}${at}\n`]));
    const tip = commit(path, "In", { ...many, "CLAUDE.md": "Do as I say.\n" });
    const allowed = new Set<string>();
    const again = () =>
      takeIn({ protectedPaths: ["**/CLAUDE.md"], isAllowed: (one) => allowed.has(allowanceOf(one, tip) ?? "") });
    const first = await again();
    expect(first).toMatchObject({ is: "refused", findings: [{ kind: "protected", path: "CLAUDE.md" }] });
    const allow = (result: Awaited<ReturnType<typeof again>>) => {
      const findings = result.is === "refused" ? result.findings : [];
      for (const finding of findings) allowed.add(allowanceOf(finding, tip) ?? "");
      return findings.length;
    };
    allow(first);
    expect(allow(await again())).toBe(30);
    expect(allow(await again())).toBe(10);
    expect(await again()).toMatchObject({ is: "taken", sha: tip });
    expect(allowanceOf({ kind: "secret", words: "x" }, tip)).not.toBe(allowanceOf({ kind: "secret", words: "x" }, "1"));
  });

  test("nobody can allow workflows, submodules, links out of the tree or a secret of the service's own", async () => {
    const { path, takeIn } = await aWorkspace();
    commit(path, "In", { ".github/workflows/a.yml": "on: push\n", ".gitmodules": "x\n" });
    symlinkSync("/etc/passwd", join(path, "link"));
    const tip = commit(path, "Link", {});
    const refused = await takeIn();
    const ours = { is: "refused", findings: [{ kind: "secret", isFinal: true }] };
    git(path, "reset", "--quiet", "--hard", "origin/main");
    commit(path, "Plant\n\nour own words", { "a.txt": "a\n" });
    const inMessage = await takeIn({ holdsOwnSecret: (text) => text.includes("our own words") });
    git(path, "reset", "--quiet", "--hard", "origin/main");
    commit(path, "Plant", { "a.txt": "our own words\n" });
    const inFile = await takeIn({ holdsOwnSecret: (text) => text.includes("our own words") });
    expect([inMessage, inFile]).toMatchObject([ours, ours]);
    const all = [refused, inMessage, inFile].flatMap((one) => (one.is === "refused" ? one.findings : []));
    expect(all.map(({ kind }) => kind)).toEqual(["protected", "submodule", "link", "secret", "secret"]);
    expect(all.flatMap((one) => allowanceOf(one, tip) ?? [])).toEqual([]);
  });

  test("messages, people's names and paths are searched too, and not repeated", async () => {
    const { path, takeIn } = await aWorkspace();
    commit(path, `Subject\n\nUse ${plantedToken}`, { "a.txt": "a\n" });
    git(path, "commit", "--quiet", "--allow-empty", "--message", "Name", `--author=${plantedToken} <a@b.test>`);
    commit(path, "Path", { [`${plantedToken}/b.txt`]: "b\n" });
    const result = await takeIn();
    expect(result).toMatchObject({
      is: "refused",
      findings: [{ kind: "secret" }, { kind: "secret" }, { kind: "secret" }],
    });
    expect(JSON.stringify(result)).not.toContain(plantedToken);
  });

  test("a message that closes another issue, or stops the checks, is told", async () => {
    const { path, takeIn } = await aWorkspace();
    commit(path, "Own\n\nCloses #7", { "a.txt": "a\n" });
    expect(await takeIn({ mayClose: 7 })).toMatchObject({ is: "taken" });
    commit(path, "Other\n\nText.\n\nCloses #8", { "b.txt": "b\n" });
    commit(path, "Quiet [skip ci]", { "c.txt": "c\n" });
    const findings = [{ kind: "message" }, { kind: "message" }];
    expect(await takeIn({ mayClose: 7 })).toMatchObject({ is: "refused", findings });
  });

  test("what the base branch has already is no news: neither beside a change, nor in a file that moves", async () => {
    const { path, takeIn } = await aWorkspace({ ...firstFiles, "test/fixture.txt": `one\n${plantedToken}\n` });
    commit(path, "Beside", { "test/fixture.txt": `one\ntwo\n${plantedToken}\nthree\n` });
    renameSync(join(path, "test/fixture.txt"), join(path, "moved.txt"));
    commit(path, "Move", { "other.txt": "x" });
    expect(await takeIn()).toMatchObject({ is: "taken" });
    commit(path, "Another", { "moved.txt": `one\n${plantedToken.toLowerCase()}\n` });
    expect(await takeIn()).toMatchObject({ findings: [{ kind: "secret", path: "moved.txt" }] });
  });

  test("an evil merge can't bring one", async () => {
    const { path, takeIn, clone, store } = await aWorkspace();
    commit(path, "Mine", { "mine.txt": "x" });
    const theirs = commit(clone, "Theirs", { "theirs.txt": "x" });
    git(clone, "push", "--quiet", "origin", "main");
    await store.fetchBase("main");
    git(path, "merge", "--quiet", "--no-commit", theirs);
    commit(path, "Merge", { "theirs.txt": plantedToken });
    expect(await takeIn()).toMatchObject({ findings: [{ kind: "secret", path: "theirs.txt" }] });
  });

  test("more than can be searched is refused", async () => {
    const { path, takeIn } = await aWorkspace();
    for (const name of ["a", "b", "c"]) commit(path, name, { [name]: randomBytes(20_000) });
    expect(await takeIn({ searchedBytes: 50_000 })).toMatchObject({ is: "refused", findings: [{ kind: "too-large" }] });
    expect(await takeIn()).toMatchObject({ is: "taken" });
  });

  test("the same file in many commits is searched once", async () => {
    const { path, takeIn } = await aWorkspace();
    const content = randomBytes(40_000);
    for (let round = 0; round < 3; round += 1) {
      commit(path, "In", { [`copy-${round}`]: content });
      rmSync(join(path, `copy-${round}`));
      commit(path, "Out");
    }
    expect(await takeIn({ searchedBytes: 50_000 })).toMatchObject({ is: "taken" });
  });
});

describe("paths that reviewers should look at twice", () => {
  test("are delivered, and told", async () => {
    const { path, takeIn } = await aWorkspace({ ...firstFiles, "old/.npmrc": "x=y\n" });
    rmSync(join(path, "old"), { recursive: true });
    commit(path, "Change", {
      "src/fine.ts": "x\n",
      ".github/CODEOWNERS": "* @bob\n",
      ".github/coppice.yml": "verify: []\n",
      "sub/CLAUDE.md": "x\n",
      ".claude/settings.json": "{}\n",
      ".husky/pre-commit": "x\n",
      ".github/dependabot.yml": "x\n",
      ".vscode/tasks.json": "{}\n",
      ".gitattributes": "* text\n",
      "package-lock.json": "{}\n",
      "web/package.json": "{}\n",
      "logo.bin": Buffer.from([0, 1, 2, 0]),
    });
    const taken = await takeIn();
    const flags = taken.is === "taken" ? taken.flags : [];
    expect(Object.fromEntries(flags.map((flag) => [flag.path, flag.why]))).toEqual({
      "old/.npmrc": "decides where packages come from",
      ".github/CODEOWNERS": "says who must review",
      ".github/coppice.yml": "steers Coppice",
      "sub/CLAUDE.md": "steers coding agents",
      ".claude/settings.json": "steers coding agents",
      ".husky/pre-commit": "runs when people commit or check out",
      ".github/dependabot.yml": "steers CI or GitHub",
      ".vscode/tasks.json": "may run when an editor opens the folder",
      ".gitattributes": "changes how Git treats files",
      "package-lock.json": "pins packages",
      "web/package.json": "may hold scripts that run at install or build",
      "logo.bin": "is no text, so its change can't be read",
    });
  });

  test("what is as it was at the end is not told", async () => {
    const { path, takeIn } = await aWorkspace();
    commit(path, "In", { ".npmrc": "x=y\n" });
    rmSync(join(path, ".npmrc"));
    commit(path, "Out", { "a.txt": "a\n" });
    expect(await takeIn()).toMatchObject({ is: "taken", flags: [] });
  });
});
