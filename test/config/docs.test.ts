import { execa } from "execa";
import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { describe, expect, it } from "vitest";
import { parseRepositoryFile } from "../../src/config/repository-file.ts";
import { environmentSchema } from "../../src/config/schema.ts";
import { infoOf } from "../../src/config/setting.ts";
import { readSettings } from "../../src/config/settings.ts";
import { completeEnvironment } from "./complete-environment.ts";

const root = new URL("../../", import.meta.url);
const example = readFileSync(new URL(".env.example", root), "utf8");
const page = readFileSync(new URL("docs/settings.md", root), "utf8");
const settings = Object.entries(environmentSchema.shape);

it("the settings page and .env.example are what the schemas say", async () => {
  const { exitCode, stderr } = await execa(process.execPath, ["scripts/generate-docs.ts", "--check"], {
    cwd: root,
    reject: false,
  });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
});

it.each(settings.map(([name]) => name))("%s is in both", (name) => {
  expect(page).toContain(`| \`${name}\` |`);
  expect(example).toMatch(new RegExp(`^(?:# )?${name}=`, "m"));
});

it.each(settings.filter(([, schema]) => !infoOf(schema).secret).map(([name, schema]) => [name, schema] as const))(
  "the example for %s would be taken",
  (_name, schema) => {
    expect(schema.safeParse(infoOf(schema).example).error).toBeUndefined();
  },
);

describe("a copy of .env.example", () => {
  it("asks for four values and no more", () => {
    const wanted = ["APP_ID", "PRIVATE_KEY_PATH", "WEBHOOK_SECRET", "ANTHROPIC_API_KEY"];
    expect(Object.keys(parseEnv(example)).toSorted()).toEqual(wanted.toSorted());
  });

  it("starts the service once they are filled in", () => {
    const filled = { ...parseEnv(example), ...completeEnvironment, PRIVATE_KEY_PATH: undefined };
    expect(readSettings(filled).warnings).toEqual([]);
  });
});

it("the page's example of a repository's file is right", () => {
  const yaml = /```yaml\n([\s\S]*?)```/.exec(page)?.[1];
  const parsed = parseRepositoryFile(yaml ?? "missing");
  expect(parsed).toMatchObject({ policy: { verify: ["npm test", "npm run lint"] } });
});
