import { expect, it } from "vitest";
import { givesSecretsAway } from "../../src/cli/safety-examination.ts";

const job = "jobs:\n  a:\n    runs-on: x\n    env: { KEY: '${{ secrets.DEPLOY_KEY }}' }\n";

it.each<[string, string, boolean]>([
  ["all pushes", `on: push\n${job}`, true],
  ["a list with pushes", `on: [pull_request, push]\n${job}`, true],
  ["pushes without conditions", `on:\n  push:\n${job}`, true],
  ["all branches by a glob", `on:\n  push:\n    branches: ["**"]\n${job}`, true],
  ["our branches by a glob", `on:\n  push:\n    branches: ["coppice/**"]\n${job}`, true],
  ["branches without a slash", `on:\n  push:\n    branches: ["*"]\n${job}`, false],
  ["the main branch", `on:\n  push:\n    branches: [main]\n${job}`, false],
  ["all branches but ours", `on:\n  push:\n    branches-ignore: ["coppice/**"]\n${job}`, false],
  ["all branches but another", `on:\n  push:\n    branches-ignore: [main]\n${job}`, true],
  ["tags", `on:\n  push:\n    tags: ["v*"]\n${job}`, false],
  ["pull requests", `on: pull_request\n${job}`, false],
  ["pushes without a secret", "on: push\njobs: {}\n", false],
  ["pushes with GitHub's own token", "on: push\nenv: { T: '${{ secrets.GITHUB_TOKEN }}' }\n", false],
  ["pushes that hand all secrets on", "on: push\njobs:\n  a:\n    uses: ./x.yml\n    secrets: inherit\n", true],
  ["no YAML", "on: [push\nsecrets.KEY", false],
])("a workflow for %s gives secrets away to our branches or not", (_what, text, isSo) => {
  expect(givesSecretsAway(text)).toBe(isSo);
});
