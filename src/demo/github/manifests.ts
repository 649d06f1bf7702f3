import { randomBytes } from "node:crypto";
import type { Context, Hono } from "hono";
import { z } from "zod";
import type { Contract } from "./contract.ts";
import { refusalAnswer } from "./rest/refusal.ts";
import { viewApp } from "./views/user.ts";
import { Refusal } from "./world/errors.ts";
import type { World } from "./world/world.ts";

export interface ManifestEdge {
  readonly world: World;
  readonly contract: Contract;
  readonly privateKey: string;
  readonly violations: string[];
}

const manifestSchema = z.object({
  url: z.url(),
  redirect_url: z.url(),
  name: z.string().optional(),
  public: z.boolean().optional(),
  description: z.string().optional(),
  hook_attributes: z.object({ url: z.url(), active: z.boolean().optional() }).optional(),
  callback_urls: z.array(z.string()).optional(),
  setup_url: z.string().optional(),
  setup_on_update: z.boolean().optional(),
  request_oauth_on_install: z.boolean().optional(),
  default_permissions: z.record(z.string(), z.enum(["read", "write", "admin"])).optional(),
  default_events: z.array(z.string()).optional(),
});

/**
 * Making an App from a manifest: a browser posts it, confirms, and comes back to `redirect_url` with a code that can be
 * exchanged once, within an hour. Here the confirmation is skipped, and the App is always the one there is.
 */
export function mountManifests(app: Hono, edge: ManifestEdge): void {
  const codes = new Map<string, z.infer<typeof manifestSchema>>();

  const take = async (c: Context): Promise<Response> => {
    const { manifest = "" } = z.object({ manifest: z.string().optional() }).parse(await c.req.parseBody());
    const parsed = manifestSchema.strict().safeParse(JSON.parse(manifest));
    if (!parsed.success) {
      edge.violations.push(...parsed.error.issues.map(({ path, message }) => `manifest ${path.join(".")}: ${message}`));
      return c.text("Invalid GitHub App configuration", 422);
    }
    const code = randomBytes(20).toString("hex");
    codes.set(code, parsed.data);
    const back = new URL(parsed.data.redirect_url);
    back.searchParams.set("code", code);
    const state = c.req.query("state");
    if (state !== undefined) back.searchParams.set("state", state);
    return c.redirect(back.toString());
  };
  app.post("/settings/apps/new", take);
  app.post("/organizations/:organization/settings/apps/new", take);

  app.post("/api/v3/app-manifests/:code/conversions", (c) => {
    const manifest = codes.get(c.req.param("code"));
    codes.delete(c.req.param("code"));
    if (manifest === undefined) return c.json(refusalAnswer(new Refusal(404, "Not Found")).body, 404);
    edge.world.hook.url = manifest.hook_attributes?.url;
    return c.json(convert(edge, new URL(c.req.url).pathname.replace("/api/v3", "")), 201);
  });
}

function convert({ world, contract, privateKey, violations }: ManifestEdge, path: string): object {
  const { operation } = contract.find("POST", path) ?? {};
  const app = {
    ...viewApp(world, world.app),
    client_secret: randomBytes(20).toString("hex"),
    webhook_secret: world.hook.url === undefined ? null : world.hook.secret,
    pem: privateKey,
  };
  const body = z.looseObject({}).parse(operation && contract.completeAnswer(operation, 201, app));
  violations.push(...contract.checkAnswer("POST", path, 201, body));
  return body;
}
