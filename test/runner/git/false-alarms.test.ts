import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { searchSecrets } from "../../../src/runner/git/secret-search.ts";
import { plantedSecrets, plantedToken } from "./planted-secrets.ts";

const root = join(import.meta.dirname, "../../..");

interface Package {
  readonly path: string;
  readonly name: string;
  readonly version: string;
  readonly integrity: string;
}

interface Lockfile {
  readonly packages: Readonly<Record<string, { readonly version: string; readonly integrity?: string }>>;
}

const npmLock = readFileSync(join(root, "package-lock.json"), "utf8");
const lock: Lockfile = JSON.parse(npmLock);
const packages: readonly Package[] = Object.entries(lock.packages).flatMap(([path, { version, integrity }]) =>
  integrity === undefined ? [] : [{ path, name: path.replace(/^.*node_modules\//, ""), version, integrity }],
);

const sha = (algorithm: string, { name, version }: Package): Buffer =>
  createHash(algorithm).update(`${name}@${version}`).digest();
const addressOf = ({ name, version }: Package): string =>
  `https://registry.example.org/${name}/-/${name.replace(/^.*\//, "")}-${version}.tgz`;

/** This project's own packages as each tool writes them down. */
const lockfiles: Readonly<Record<string, string>> = {
  "package-lock.json": npmLock,
  "npm-shrinkwrap.json": JSON.stringify(
    packages.map((one) => [one.path, { version: one.version, resolved: addressOf(one), integrity: one.integrity }]),
    undefined,
    2,
  ),
  "yarn.lock": packages
    .map((one) =>
      [
        `"${one.name}@^${one.version}":`,
        `  version "${one.version}"`,
        `  resolved "${addressOf(one)}#${sha("sha1", one).toString("hex")}"`,
        `  integrity ${one.integrity}\n`,
      ].join("\n"),
    )
    .join("\n"),
  ".yarn/yarn.lock": packages
    .map((one) =>
      [
        `"${one.name}@npm:^${one.version}":`,
        `  version: ${one.version}`,
        `  resolution: "${one.name}@npm:${one.version}"`,
        `  checksum: 10c0/${sha("sha512", one).toString("hex")}`,
        "  languageName: node\n",
      ].join("\n"),
    )
    .join("\n"),
  "pnpm-lock.yaml": packages
    .map(
      (one) =>
        `  '${one.name}@${one.version}':\n    resolution: {integrity: ${one.integrity}}\n    engines: {node: '>=18'}\n`,
    )
    .join("\n"),
  "Cargo.lock": packages
    .map((one) => `[[package]]\nname = "${one.name}"\nchecksum = "${sha("sha256", one).toString("hex")}"\n`)
    .join("\n"),
  "go.sum": packages
    .map((one) => `example.org/${one.name} v${one.version}/go.mod h1:${sha("sha256", one).toString("base64")}`)
    .join("\n"),
};

it.each(Object.entries(lockfiles))("%s raises no alarm, but a token in it does", async (path, text) => {
  expect(text.split("\n").length).toBeGreaterThan(400);
  expect(await searchSecrets(path, Buffer.from(text))).toEqual([]);
  const half = text.indexOf("\n", text.length / 2);
  const planted = `${text.slice(0, half)} ${plantedToken}${text.slice(half)}`;
  expect(await searchSecrets(path, Buffer.from(planted))).toMatchObject([{ value: plantedToken }]);
});

it("what real packages ship, minified and bundled, raises no alarm", async () => {
  const files = shippedFiles();
  const minified = files.filter((file) => /\.min\.m?js$/.test(file));
  expect([files.length > 20, minified.length > 3]).toEqual([true, true]);
  const alarms: string[] = [];
  for (const file of [...files, join(root, "node_modules/.package-lock.json")]) {
    for (const { name, line } of await searchSecrets(file, readFileSync(file))) alarms.push(`${file}:${line} ${name}`);
  }
  expect(alarms).toEqual([]);
}, 60_000);

/** Minified and bundled files of packages that this project depends on. */
function shippedFiles(): readonly string[] {
  const folders = [
    "markdown-it",
    "zod",
    "ajv",
    "yaml",
    "dayjs",
    "ipaddr.js",
    "json-with-bigint",
    "@octokit/auth-app",
    "execa",
    "vitest",
    "kysely",
  ].map((name) => join(root, "node_modules", name));
  return folders
    .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => join(folder, name)))
    .filter((file) => /\.min\.m?js$|bundle|dist\/.*\.[cm]?js$/.test(file) && statSync(file).isFile());
}

it("a secret of every kind is found in the midst of minified code", async () => {
  const file = join(root, "node_modules/dayjs/dayjs.min.js");
  const code = readFileSync(file, "utf8");
  expect(plantedSecrets.length).toBeGreaterThanOrEqual(40);
  const missed: string[] = [];
  for (const [kind, path, text] of plantedSecrets) {
    const found = await searchSecrets(path, Buffer.from(`${code}\n${text}\n${code}`));
    if (found.length === 0) missed.push(kind);
  }
  expect(missed).toEqual([]);
});
