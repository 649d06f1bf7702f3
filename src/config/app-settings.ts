import { anyText, oneOf, opaque, path, webAddress, wholeNumber, withRule, word } from "./kinds.ts";
import { optional, preset, required } from "./setting.ts";

/** 16 random characters can't be tried out by somebody who has seen a signed webhook; much shorter ones can. */
const shortestWebhookSecret = 16;

const webhookSecret = withRule(opaque, (secret) => {
  if (secret === "development")
    return "must not be `development`: that one is Probot's own fallback, which everybody knows";
  if (secret.length < shortestWebhookSecret)
    return `must have at least ${shortestWebhookSecret} characters (better 64): make one with \`openssl rand -hex 32\``;
  return undefined;
});

/** Who we are for GitHub. */
export const appSettings = {
  APP_ID: required(wholeNumber(1, 999_999_999_999), {
    about: "The number of your GitHub App; its settings page shows it as “App ID”.",
    example: "123456",
  }),
  PRIVATE_KEY_PATH: optional(path, {
    about:
      "The App's private key, the .pem file that its settings page lets you download. It is closed to other users of the machine (mode 600).",
    example: "~/.config/coppice/private-key.pem",
    early: true,
    otherwise: "PRIVATE_KEY is used; one of the two is needed",
  }),
  PRIVATE_KEY: optional(anyText("a private key in PEM form"), {
    about:
      "The key itself instead of a file, for machines that hand out secrets in the environment. Line ends may be written as \\n, or the whole in base64.",
    example: '"-----BEGIN RSA PRIVATE KEY-----\\n…"',
    secret: true,
    otherwise: "PRIVATE_KEY_PATH is used; one of the two is needed",
  }),
  WEBHOOK_SECRET: required(webhookSecret, {
    about:
      "The secret with which GitHub signs its webhooks, the same here and on the App's settings page. Make one with `openssl rand -hex 32`.",
    example: "the output of openssl rand -hex 32",
    secret: true,
  }),
  WEBHOOK_PROXY_URL: optional(webAddress, {
    about:
      "A channel of a webhook relay such as smee, for a machine that GitHub can't reach. Whoever knows the address can read what GitHub sends.",
    example: "https://smee.example/your-channel",
    secret: true,
    otherwise: "GitHub must reach HOST and PORT itself",
  }),
};

const hostName = /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?(?::\d{1,5})?$/;

/** Where GitHub is. */
export const githubSettings = {
  GHE_HOST: optional(word("a host name without https://, with a port if it has one of its own", hostName), {
    about: "Your GitHub Enterprise Server, when it is not github.com.",
    example: "github.example.com",
    otherwise: "github.com",
  }),
  GHE_PROTOCOL: preset(oneOf("https", "http"), "https", {
    about: "How GHE_HOST is spoken to.",
    example: "https",
  }),
};
