import { createAppAuth } from "@octokit/auth-app";
import { Octokit } from "@octokit/rest";
import { describe, expect, it } from "vitest";
import { makePrivateKey } from "../../../src/demo/github/keys.ts";
import { openBench } from "./bench.ts";

const garden = { owner: "alice", repo: "garden" };
const version = { headers: { "x-github-api-version": "2022-11-28" } };

describe("the App", () => {
  it("finds itself and its installation, and works in the name of its bot", async () => {
    await using bench = await openBench();
    const { github } = bench;
    const { id } = github.install("alice");
    const app = bench.app();
    expect((await app.apps.getAuthenticated()).data).toMatchObject({ id: github.app.id, slug: "coppice" });
    expect((await app.apps.getRepoInstallation(garden)).data.id).toBe(id);
    expect((await app.apps.listInstallations()).data).toHaveLength(1);

    const octokit = bench.installation(id);
    const issue = await github.as("mallory").openIssue("alice/garden", { title: "Weeds" });
    const { data } = await octokit.issues.createComment({ ...garden, issue_number: issue, body: "On it" });
    expect(data.user).toMatchObject({ login: "coppice[bot]", type: "Bot" });
    expect(data.performed_via_github_app).toMatchObject({ slug: "coppice" });
    expect((await octokit.apps.listReposAccessibleToInstallation()).data.total_count).toBe(1);
    expect(github.violations).toEqual([]);
    expect(github.requests.map(({ operation, who }) => `${who}: ${operation}`)).toContain(
      `installation ${id}: issues/create-comment`,
    );
  });

  it("gets tokens of today's length, narrowed as asked, and no more than was granted", async () => {
    await using bench = await openBench();
    await bench.github.addRepository("alice/orchard");
    const { id: installation_id } = bench.github.install("alice");
    const app = bench.app();
    const { data } = await app.apps.createInstallationAccessToken({
      installation_id,
      repositories: ["garden"],
      permissions: { issues: "read" },
    });
    expect(data.token).toMatch(/^ghs_4242_[\w-]+\.[\w-]+\.[\w-]+$/);
    expect(data.token.length).toBeGreaterThan(450);
    expect(data).toMatchObject({ permissions: { issues: "read" }, repositories: [{ name: "garden" }] });

    const narrow = new Octokit({ auth: data.token, baseUrl: bench.github.apiUrl });
    await expect(narrow.issues.listForRepo({ ...garden, ...version })).resolves.toMatchObject({ status: 200 });
    const write = narrow.issues.create({ ...garden, ...version, title: "No" });
    await expect(write).rejects.toMatchObject({ status: 403, message: /Resource not accessible by integration/ });
    const elsewhere = narrow.issues.listForRepo({ owner: "alice", repo: "orchard", ...version });
    await expect(elsewhere).rejects.toMatchObject({ status: 404 });

    const more = app.apps.createInstallationAccessToken({ installation_id, permissions: { administration: "write" } });
    await expect(more).rejects.toMatchObject({ status: 422, message: /not granted/ });
    const nowhere = app.apps.createInstallationAccessToken({ installation_id, repositories: ["moon"] });
    await expect(nowhere).rejects.toMatchObject({ status: 422 });
    expect(bench.github.violations).toEqual([]);
  });

  it("is refused with a key that is not its own", async () => {
    await using bench = await openBench();
    const { id: appId } = bench.github.app;
    const auth = { appId, privateKey: makePrivateKey() };
    const stranger = new Octokit({ authStrategy: createAppAuth, auth, baseUrl: bench.github.apiUrl });
    await expect(stranger.apps.getAuthenticated(version)).rejects.toMatchObject({ status: 401 });
    const nobody = new Octokit({ auth: "ghs_nonsense", baseUrl: bench.github.apiUrl });
    await expect(nobody.issues.listForRepo(garden)).rejects.toMatchObject({ status: 401, message: /Bad credentials/ });
  });

  it("loses its tokens by time, by suspension and by being uninstalled", async () => {
    let nowMs = Date.now();
    await using bench = await openBench({ nowMs: () => nowMs });
    const { github } = bench;
    const { id: installation_id } = github.install("alice");
    const token = async (): Promise<Octokit> => {
      const { data } = await bench.app().apps.createInstallationAccessToken({ installation_id });
      return new Octokit({ auth: data.token, baseUrl: github.apiUrl });
    };
    const octokit = await token();
    const list = () => octokit.issues.listForRepo({ ...garden, ...version });
    await expect(list()).resolves.toMatchObject({ status: 200 });
    github.suspend(installation_id);
    await expect(list()).rejects.toMatchObject({ status: 403, message: /suspended/ });
    await expect(token()).rejects.toMatchObject({ status: 403 });
    github.unsuspend(installation_id);
    await expect(list()).resolves.toMatchObject({ status: 200 });
    nowMs += 3_600_001;
    await expect(list()).rejects.toMatchObject({ status: 401 });
    nowMs -= 3_600_001;
    github.uninstall(installation_id);
    await expect(list()).rejects.toMatchObject({ status: 401 });
    await expect(token()).rejects.toMatchObject({ status: 404 });
    await github.settled();
    expect(bench.names()).toEqual([
      "installation.created",
      "installation.suspend",
      "installation.unsuspend",
      "installation.deleted",
    ]);
    expect(github.violations).toEqual([]);
  });
});

describe("violations", () => {
  it("are an unknown path, a wrong body and a missing header of the App's", async () => {
    await using bench = await openBench();
    const { id } = bench.github.install("alice");
    const octokit = bench.installation(id);
    await expect(octokit.request("GET /repos/alice/garden/isues")).rejects.toMatchObject({ status: 404 });
    const wrong = octokit.request("POST /repos/alice/garden/issues", { titel: "x" });
    await expect(wrong).rejects.toMatchObject({ status: 422 });
    const auth = { appId: bench.github.app.id, privateKey: bench.github.app.privateKey, installationId: id };
    const bare = new Octokit({ authStrategy: createAppAuth, auth, baseUrl: bench.github.apiUrl });
    await bare.issues.listForRepo(garden);
    const found = bench.github.violations.join("\n");
    expect(found).toMatch(/isues: no such operation/);
    expect(found).toMatch(/\(titel\)/);
    expect(found).toMatch(/GET \/repos\/alice\/garden\/issues: header X-GitHub-Api-Version is missing/);
  });
});

it("a list comes in pages, and unchanged answers are free", async () => {
  await using bench = await openBench();
  const { id } = bench.github.install("alice");
  const bob = bench.github.as("bob");
  for (let count = 1; count <= 5; count += 1) await bob.openIssue("alice/garden", { title: `Issue ${count}` });
  const octokit = bench.installation(id);
  const all = await octokit.paginate(octokit.issues.listForRepo, { ...garden, per_page: 2 });
  expect(all.map(({ title }) => title)).toEqual(["Issue 5", "Issue 4", "Issue 3", "Issue 2", "Issue 1"]);

  const first = await octokit.issues.listForRepo(garden);
  const again = octokit.issues.listForRepo({ ...garden, headers: { "if-none-match": first.headers.etag } });
  await expect(again).rejects.toMatchObject({ status: 304 });
  const used = Number(first.headers["x-ratelimit-used"]);
  const { headers } = await octokit.issues.listForRepo(garden);
  expect(Number(headers["x-ratelimit-used"])).toBe(used + 1);
  expect(bench.github.violations).toEqual([]);
});
