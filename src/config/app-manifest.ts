import { readFileSync } from "node:fs";
import { parse } from "yaml";
import * as z from "zod";

const manifestSchema = z.strictObject({
  name: z.string().min(1).max(34),
  description: z.string().min(1),
  url: z.url(),
  public: z.boolean(),
  default_permissions: z.record(z.string(), z.enum(["read", "write"])),
  default_events: z.array(z.string()).min(1),
});

/** What the App asks of GitHub: its manifest, to which the one who registers it adds the address for webhooks. */
export type AppManifest = z.output<typeof manifestSchema>;

/** Reads the `app.yml` that comes with this program; it is ours, so a fault in it is a bug and thrown as one. */
export function readAppManifest(): AppManifest {
  const path = new URL("../../app.yml", import.meta.url);
  return manifestSchema.parse(parse(readFileSync(path, "utf8")));
}
