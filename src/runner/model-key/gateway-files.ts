import { createHash } from "node:crypto";
import { join } from "node:path";
import { z } from "zod";
import { listFolder } from "../agents/safe-file.ts";

/** Where the model's API really is, and the login that the gateway adds for agents. */
export const upstream = z.object({
  baseUrl: z.string(),
  login: z.discriminatedUnion("by", [
    z.object({ by: z.literal("api-key"), key: z.string() }),
    z.object({ by: z.literal("oauth-token"), token: z.string() }),
  ]),
});
export type Upstream = z.infer<typeof upstream>;

/** The gateway's files, in a folder that no room shows. */
export function gatewayFiles(folder: string) {
  return {
    /** Stays the same while the folder does: living sessions know it. */
    port: join(folder, "port"),
    /** The real key. The gateway is told by file, since arguments and environments of processes can be looked at. */
    upstream: join(folder, "upstream.json"),
    tokens: join(folder, "tokens"),
    /** Only we can listen there, so whoever answers is the gateway. */
    socket: join(folder, "gateway.sock"),
  };
}

/** A file per token that counts, named for its task and for the token's sum: the token itself is written nowhere. */
export function tokenFile(taskId: string, token: string): string {
  return `${taskId}.${sumOf(token)}`;
}

export async function isKnownToken(tokens: string, token: string): Promise<boolean> {
  const end = `.${sumOf(token)}`;
  return (await listFolder(tokens)).some((name) => name.endsWith(end));
}

function sumOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
