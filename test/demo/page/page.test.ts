import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { startSample } from "../bench.ts";
import { hasBrowser, openTab } from "./browser.ts";

describe.skipIf(!hasBrowser())("in a browser", () => {
  test("a click on a label puts it on the issue, and the App is told", async () => {
    const { github, sample, url } = await startSample();
    const { tab, complaints } = await openTab();
    await tab.goto(`${url}/issues/1`);
    await tab.click("text=Choose labels", { force: true });
    await tab.click("#label-picker button:has-text('coppice')");
    await tab.waitForSelector("#labels .chip:has-text('coppice')");
    expect(await wordsIn(tab, "#timeline .event >> nth=-1")).toContain("mira added coppice");
    const color = await tab.evaluate(
      "getComputedStyle(document.querySelector('#labels .chip:nth-of-type(3)')).backgroundColor",
    );
    expect(color).toBe("rgb(45, 164, 78)");

    await tab.click("text=Choose labels", { force: true });
    await tab.click("#label-picker button:has-text('coppice')");
    await tab.waitForSelector("#labels .chip:has-text('coppice')", { state: "detached" });
    expect(github.store(sample.repository).issues.get(1)?.labels).toHaveLength(2);
    expect(github.violations).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test("an open page shows by itself what others do, and keeps what is being typed", async () => {
    const { github, sample, url } = await startSample();
    const { tab, complaints } = await openTab();
    await tab.goto(`${url}/issues/2`);
    await tab.fill("#new-comment", "half a sente");
    const aiko = github.as("aiko");
    const comment = await aiko.comment(sample.repository, 2, "### Status\n\n| a | b |\n|---|---|\n| `x` | y |");
    await tab.waitForSelector(`#issuecomment-${comment} table code:has-text('x')`);
    await aiko.editComment(sample.repository, comment, "### Another status");
    await tab.waitForSelector(`#issuecomment-${comment} h3:has-text('Another status')`);
    expect(await tab.locator(`#issuecomment-${comment} header`).innerText()).toContain("edited");
    await aiko.label(sample.repository, 2, "coppice");
    await tab.waitForSelector("#labels .chip:has-text('coppice')");
    await aiko.closeIssue(sample.repository, 2, "not_planned");
    await tab.waitForSelector(".state:has-text('Closed as not planned')");
    expect(await tab.inputValue("#new-comment")).toBe("half a sente");
    expect(complaints).toEqual([]);
  });

  test("a pull request is read, remarked on, approved and merged by its buttons", async () => {
    const { github, sample, url } = await startSample();
    const { tab, complaints } = await openTab();
    const number = await openPull(github, sample.repository);
    await tab.goto(`${url}/pull/${number}`);
    expect(await wordsIn(tab, "#summary")).toContain("aiko wants to merge 1 commit into main from more-tea");
    await tab.click("text=Files changed");
    await tab.locator("tr.added .line").hover();
    await tab.click("tr.added .add-remark");
    await tab.fill("#remark-body", "A fine tea.");
    await tab.click("text=Add comment");
    await tab.waitForSelector(".thread:has-text('A fine tea.')");
    await tab.click("summary:has-text('Review changes')");
    await tab.fill("#review-body", "Thank you!");
    await tab.check("input[value=APPROVE]");
    await tab.click("text=Submit review");
    await tab.waitForSelector(".merge-box:has-text('Changes approved')");
    await tab.click("text=Merge pull request");
    await tab.waitForSelector(".state:has-text('Merged')");
    await tab.click("text=Delete branch");
    await tab.waitForSelector("text=Delete branch", { state: "detached" });

    expect(github.store(sample.repository).pulls.get(number)?.merged?.by.login).toBe("mira");
    expect(github.store(sample.repository).issues.get(3)?.state).toBe("closed");
    await tab.goto(url);
    await tab.waitForSelector("#files >> text=Merge pull request");
    expect(github.violations).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test("whoever may not do something is not offered it, or refused it", async () => {
    const { github, sample, url } = await startSample();
    const { tab } = await openTab();
    const number = await openPull(github, sample.repository);
    await tab.goto(`${url}/pull/${number}`);
    await tab.click(".act-as summary");
    await tab.click(".act-as button:has-text('Jonas Brandt')");
    await tab.waitForSelector(".act-as summary:has-text('Jonas')");
    expect(await tab.locator(".merge-box").innerText()).toContain("Only those with write access may merge");
    expect(await tab.locator("text=Merge pull request").count()).toBe(0);
    expect(await tab.locator("#label-picker").count()).toBe(0);
    const address = `${url}/pull/${number}/state`;
    const refused = await tab.request.post(address, { form: { do: "merge" }, headers: { origin: github.url } });
    expect(refused.status()).toBe(422);
    expect(await refused.text()).toContain("GitHub would refuse this");
  });

  test("without its script a page works all the same", async () => {
    const { github, sample, url } = await startSample();
    const { tab } = await openTab();
    await tab.route("**/live.js", (route) => route.abort());
    await tab.goto(`${url}/issues/new`);
    await tab.fill("#title", "Biscuits <b>");
    await tab.fill("#body", "Dunk *them*.");
    await tab.click("text=Create issue");
    await tab.waitForSelector("h2:has-text('Biscuits <b>')");
    await tab.fill("#new-comment", "Twice.");
    await tab.click("text=Close issue");
    await tab.waitForSelector(".state:has-text('Closed')");
    const issue = github.store(sample.repository).issues.get(4);
    expect(issue).toMatchObject({ state: "closed", body: "Dunk *them*." });
  });

  test("nothing is wider than a telephone", async () => {
    const { github, sample, url } = await startSample();
    const { tab } = await openTab();
    const number = await openPull(github, sample.repository);
    await tab.setViewportSize({ width: 360, height: 740 });
    for (const path of [
      "",
      "/issues",
      "/issues/1",
      "/issues/new",
      "/pulls",
      `/pull/${number}`,
      `/pull/${number}/files`,
    ]) {
      await tab.goto(`${url}${path}`);
      expect(await tab.evaluate<number>("document.documentElement.scrollWidth"), path).toBeLessThanOrEqual(360);
    }
  });
});

test("nobody else's site can make the pages do something", async () => {
  const { url, github } = await startSample();
  const post = (headers: Record<string, string>) =>
    fetch(`${url}/issues/1/label`, {
      method: "POST",
      headers,
      body: new URLSearchParams({ add: "coppice" }),
      redirect: "manual",
    });
  expect((await post({ origin: "https://evil.example" })).status).toBe(403);
  expect((await post({ origin: github.url })).status).toBe(303);
  const page = await fetch(url);
  expect(page.headers.get("content-security-policy")).toContain("default-src 'none'; script-src 'self'");
  expect(await page.text()).not.toMatch(/<script>|style=|\son\w+=|https?:\/\/(?!127\.0\.0\.1)/);
  expect((await fetch(`${url}/issues/99`)).status).toBe(404);
  expect((await fetch(`${github.url}/no/such`)).status).toBe(404);
  expect((await fetch(`${github.url}/nobody`)).status).toBe(404);
});

test("people's names lead to what they own", async () => {
  const { github } = await startSample();
  expect(await (await fetch(`${github.url}/mira`)).text()).toContain('href="/mira/teatime"');
  expect(await (await fetch(`${github.url}/aiko`)).text()).toContain("No repositories");
});

/** What a person reads there, in one line. */
async function wordsIn(tab: Page, selector: string): Promise<string> {
  return (await tab.locator(selector).innerText()).replaceAll(/\s+/g, " ");
}

type Github = Awaited<ReturnType<typeof startSample>>["github"];

async function openPull(github: Github, repository: string): Promise<number> {
  const aiko = github.as("aiko");
  await aiko.push(repository, "more-tea", { "docs/teas.md": "Rooibos!\n" }, "Write about rooibos");
  return aiko.openPull(repository, { title: "Write about rooibos", body: "Closes #3", head: "more-tea", base: "main" });
}
