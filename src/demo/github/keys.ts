import { createHmac, createPublicKey, createVerify, generateKeyPairSync, randomBytes } from "node:crypto";
import { z } from "zod";
import { Refusal } from "./world/errors.ts";
import type { App } from "./world/model.ts";

/** A key as GitHub makes one for an App: PKCS#1, 2048 bits. */
export function makePrivateKey(): string {
  const { privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  return privateKey;
}

export const publicKeyOf = (privateKey: string): string =>
  createPublicKey(privateKey).export({ type: "spki", format: "pem" }).toString();

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Installation tokens carry a JWT since 2025: about 520 characters, with dots and underscores. */
export function makeInstallationToken(appId: number): string {
  const header = encode({ alg: "RS256", typ: "JWT" });
  const payload = encode({ jti: randomBytes(32).toString("hex"), iss: "github", aud: String(appId) });
  return `ghs_${appId}_${header}.${payload}.${randomBytes(256).toString("base64url")}`;
}

export const makePersonalToken = (login: string): string =>
  `ghp_${createHmac("sha256", randomBytes(32)).update(login).digest("hex").slice(0, 36)}`;

const claimsSchema = z.object({ iat: z.number(), exp: z.number(), iss: z.union([z.string(), z.number()]) });

/** Throws what GitHub answers to a JWT that is not the App's, not now, or for too long. */
export function checkAppJwt(jwt: string, app: App, nowMs: number): void {
  const [header = "", payload = "", signature = ""] = jwt.split(".");
  const claims = claimsSchema.safeParse(decode(payload));
  const isRs256 = z.object({ alg: z.literal("RS256") }).safeParse(decode(header)).success;
  const verify = createVerify("RSA-SHA256").update(`${header}.${payload}`);
  if (!claims.success || !isRs256 || !verify.verify(app.publicKey, signature, "base64url")) {
    throw new Refusal(401, "A JSON web token could not be decoded");
  }
  const { iat, exp, iss } = claims.data;
  const nowSeconds = nowMs / 1000;
  if (String(iss) !== String(app.id) && iss !== app.clientId) throw new Refusal(404, "Integration not found");
  if (exp <= nowSeconds) throw new Refusal(401, expired);
  if (exp > nowSeconds + 600) throw new Refusal(401, "'Expiration time' claim ('exp') is too far in the future");
  if (iat > nowSeconds + 60) throw new Refusal(401, early);
}

const expired =
  "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires";
const early = "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued";

function decode(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, "base64url").toString());
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}
