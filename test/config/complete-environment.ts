import { generateKeyPairSync } from "node:crypto";

/** A key as GitHub hands it out. */
export const privateKey = rsaKey("pkcs1");
export const privateKeyInPkcs8 = rsaKey("pkcs8");

/** The least that the service starts with. */
export const completeEnvironment = {
  APP_ID: "12345",
  PRIVATE_KEY: privateKey,
  WEBHOOK_SECRET: "0123456789abcdef0123456789abcdef",
  ANTHROPIC_API_KEY: "sk-ant-dummy",
  HOME: "/home/somebody",
};

function rsaKey(type: "pkcs1" | "pkcs8"): string {
  return generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type, format: "pem" },
  }).privateKey;
}
