import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type Github, startGithub } from "../../src/demo/github/start.ts";
import { mountPage } from "../../src/demo/page/page.ts";
import { type Clock, plantSample, type Sample } from "../../src/demo/sample/sample.ts";

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "coppice-demo-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** The stand-in with the sample in it and its pages, but without anybody who works there. */
export async function startSample(): Promise<{
  readonly github: Github;
  readonly sample: Sample;
  readonly url: string;
}> {
  const clock: Clock = { nowMs: Date.now };
  const github = await startGithub({
    folder: await temporaryFolder(),
    app: { owner: "mira" },
    nowMs: () => clock.nowMs(),
    page: (app, standIn) => mountPage(app, standIn, { actsAs: "mira" }),
  });
  onTestFinished(() => github.close());
  const sample = await plantSample(github, clock);
  return { github, sample, url: `${github.url}/${sample.repository}` };
}
