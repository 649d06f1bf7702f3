import { readFileSync } from "node:fs";
import * as z from "zod";

const packageShape = z.object({ version: z.string() });

export function programVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return packageShape.parse(JSON.parse(text)).version;
}
