import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { z } from "zod";

const text = (name: string): string => readFileSync(new URL(`../../${name}`, import.meta.url), "utf8");
const read = (name: string): unknown => JSON.parse(text(name));

const ranges = z.record(z.string(), z.string()).default({});
const manifest = z
  .object({ dependencies: ranges, devDependencies: ranges, allowScripts: z.record(z.string(), z.boolean()) })
  .parse(read("package.json"));
const { packages } = z
  .object({
    lockfileVersion: z.literal(3),
    packages: z.record(
      z.string(),
      z.object({
        version: z.string(),
        integrity: z.string().optional(),
        resolved: z.string().optional(),
        link: z.boolean().optional(),
        inBundle: z.boolean().optional(),
        hasInstallScript: z.boolean().optional(),
      }),
    ),
  })
  .parse(read("package-lock.json"));
const [root, ...installed] = Object.entries(packages);

it("every package in the lockfile has its sum, and comes from the registry", () => {
  expect(root?.[0]).toBe("");
  expect(installed.length).toBeGreaterThan(200);
  const odd = installed.filter(
    ([path, { integrity = "", resolved, link, inBundle }]) =>
      !path.startsWith("node_modules/") ||
      !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity) ||
      // Without an address npm asks the registry that is set; git, file: and other hosts would be written here.
      resolved !== undefined ||
      link === true ||
      inBundle === true,
  );
  expect(odd).toEqual([]);
});

it("what package.json asks for is a range of versions of a package in the lockfile", () => {
  for (const [name, range] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
    expect([name, range]).toEqual([name, expect.stringMatching(/^\^\d+\.\d+\.\d+$/)]);
    expect(packages[`node_modules/${name}`]?.version).toBeDefined();
  }
});

it("install scripts may run of `node` only, which puts its program in place by one", () => {
  expect(manifest.allowScripts).toEqual({ node: true });
  // npm 11 only warns of the others, unless it is told to be strict.
  expect(text(".npmrc")).toMatch(/^strict-allow-scripts=true$/m);
  const wanting = installed.filter(([, { hasInstallScript }]) => hasInstallScript === true).map(([path]) => path);
  expect(wanting).toEqual(["node_modules/node"]);
});
