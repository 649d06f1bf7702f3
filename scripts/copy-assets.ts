import { cp, stat } from "node:fs/promises";
import { extname } from "node:path";

/** Data that lies among the sources goes beside the built code; the compiler leaves it where it is. */
await cp("src", "dist", {
  recursive: true,
  filter: async (source) => (await stat(source)).isDirectory() || extname(source) !== ".ts",
});
