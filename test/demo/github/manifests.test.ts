import { Octokit } from "@octokit/rest";
import { expect, it } from "vitest";
import { openBench } from "./bench.ts";

const version = { "x-github-api-version": "2022-11-28" };

function post(url: string, manifest: object): Promise<Response> {
  const body = new URLSearchParams({ manifest: JSON.stringify(manifest) });
  return fetch(url, { method: "POST", body, redirect: "manual" });
}

it("an App is made from a manifest: the code that comes back is good for one exchange", async () => {
  await using bench = await openBench();
  const { github } = bench;
  const hook = "http://127.0.0.1:9/api/github/webhooks";
  const manifest = {
    url: "https://example.org",
    redirect_url: "http://127.0.0.1:9/made",
    hook_attributes: { url: hook },
  };
  const answer = await post(`${github.url}/settings/apps/new?state=secret`, manifest);
  expect(answer.status).toBe(302);
  const back = new URL(answer.headers.get("location") ?? "");
  expect(`${back.origin}${back.pathname}`).toBe("http://127.0.0.1:9/made");
  expect(back.searchParams.get("state")).toBe("secret");

  const octokit = new Octokit({ baseUrl: github.apiUrl });
  const exchange = { code: back.searchParams.get("code") ?? "", headers: version };
  const { data } = await octokit.apps.createFromManifest(exchange);
  expect(data).toMatchObject({
    id: github.app.id,
    pem: github.app.privateKey,
    webhook_secret: github.app.webhookSecret,
  });
  expect(github.webhookUrl).toBe(hook);
  await expect(octokit.apps.createFromManifest(exchange)).rejects.toMatchObject({ status: 404 });
  expect((await bench.app().apps.getWebhookConfigForApp()).data).toMatchObject({ url: hook });
  expect(github.violations).toEqual([]);
});

it("a manifest whose hook has no address is refused", async () => {
  await using bench = await openBench();
  const manifest = {
    url: "https://example.org",
    redirect_url: "http://127.0.0.1:9/",
    hook_attributes: { active: false },
  };
  expect((await post(`${bench.github.url}/settings/apps/new`, manifest)).status).toBe(422);
  expect(bench.github.violations.join()).toMatch(/manifest hook_attributes.url/);
});

it("an account takes another name, and is still found under the old one", async () => {
  await using bench = await openBench();
  const { github } = bench;
  const octokit = bench.installation(github.install("alice").id);
  github.renameAccount("alice", "alicia");
  const { data } = await octokit.repos.get({ owner: "alice", repo: "garden" });
  expect(data.full_name).toBe("alicia/garden");
  await github.settled();
  expect(bench.names()).toEqual(["installation.created", "installation_target.renamed"]);
  expect(github.violations).toEqual([]);
});
