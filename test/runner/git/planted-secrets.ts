import { createHash } from "node:crypto";

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/** Beginnings are put together when used, so that nobody's search takes this file for a leak. */
export function joined(...parts: readonly string[]): string {
  return parts.join("");
}

/** Letters that look random and are always the same. */
function random(count: number, of = letters): string {
  const bytes = Array.from({ length: Math.ceil(count / 64) }, (_, at) =>
    createHash("sha512").update(`seed ${at}`).digest(),
  );
  return Array.from(Buffer.concat(bytes).subarray(0, count), (byte) => of[byte % of.length]).join("");
}

function lines(count: number, width = 64): string {
  return Array.from({ length: count }, (_, at) => random(width + at).slice(at)).join("\n");
}

function pem(kind: string, count: number): string {
  return [`-----BEGIN ${kind}-----`, lines(count), `-----END ${kind}-----`].join("\n");
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

const hex = "0123456789abcdef";
const capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const rsa = pem(joined("RSA PRIVATE", " KEY"), 10);
const anthropic = joined("sk-", "ant-");

/** One of each kind, with the file it is planted in. None of them was ever anybody's. */
export const plantedSecrets: readonly (readonly [kind: string, path: string, text: string])[] = [
  ["a personal GitHub token", "a.ts", `const t = "${joined("ghp", "_")}${random(36)}";`],
  ["a fine-grained GitHub token", "a.ts", `${joined("github", "_pat_")}${random(22)}_${random(59)}`],
  ["a short installation token of GitHub", "a.ts", `${joined("ghs", "_")}${random(36)}`],
  [
    "a long installation token of GitHub",
    "a.ts",
    `${joined("ghs", "_")}12345_eyJ${random(200)}.eyJ${random(100)}.${random(80)}`,
  ],
  ["a refresh token of GitHub", "a.ts", `${joined("ghr", "_")}${random(76)}`],
  ["an Anthropic key", "a.ts", `${anthropic}api03-${random(93)}AA`],
  ["an Anthropic admin key", "a.ts", `${anthropic}admin01-${random(93)}AA`],
  ["a Claude login", ".credentials.json", `{"accessToken":"${anthropic}oat01-${random(93)}AA"}`],
  ["an OpenAI key", "a.py", `${joined("sk-", "proj-")}${random(74)}T3BlbkFJ${random(74)}`],
  ["an AWS key id", "a.tf", `access_key = "${joined("AK", "IA")}${random(16, capitals)}"`],
  ["an AWS secret", "credentials", `aws_secret_access_key = ${random(40)}`],
  ["a Google API key", "a.js", `"${joined("AI", "za")}${random(35)}"`],
  [
    "a Google service account",
    "a.json",
    JSON.stringify({ type: "service_account", private_key: pem(joined("PRIVATE", " KEY"), 9) }),
  ],
  ["an Azure storage key", "a.cs", `AccountName=a;AccountKey=${random(86)}==;EndpointSuffix=x`],
  ["an npm token", ".npmrc", `//registry.example.com/:_authToken=${joined("npm", "_")}${random(36)}`],
  ["a PyPI token", ".pypirc", `password = ${joined("pypi-", "AgE")}IcHlwaS5vcmc${random(80)}`],
  ["a GitLab token", "a.yml", `${joined("gl", "pat-")}${random(20)}`],
  ["a Docker token", "a.sh", `${joined("dckr", "_pat_")}${random(27)}`],
  ["a Docker login", "config.json", `{"auths":{"ghcr.io":{"auth":"${base64(`bob:${random(24)}`)}"}}}`],
  ["a Slack token", "a.rb", `${joined("xo", "xb-")}123456789012-1234567890123-${random(24)}`],
  ["a Slack webhook", "a.rb", `https://hooks.slack.com/services/T0ABCDEFG/B0ABCDEFG/${random(24)}`],
  ["a Discord webhook", "a.rb", `https://discord.com/api/webhooks/123456789012345678/${random(68)}`],
  ["a Telegram token", "a.rb", `123456789:AA${random(33)}`],
  ["a Stripe key", "a.php", `${joined("sk", "_live_")}${random(24)}`],
  ["a SendGrid key", "a.php", `SG.${random(22)}.${random(43)}`],
  ["a Twilio key", "a.php", `"SK${random(32, hex)}"`],
  ["a Hugging Face token", "a.py", `"hf_${random(34, letters.slice(0, 52))}"`],
  ["a DigitalOcean token", "a.tf", `${joined("dop", "_v1_")}${random(64, hex)}`],
  ["a Vault token", "a.hcl", `${joined("hv", "s.")}${random(90)}`],
  [
    "a JSON Web Token",
    "a.http",
    `${base64('{"alg":"HS256"}').replaceAll("=", "")}.${base64('{"sub":"1234567890"}').replaceAll("=", "")}.${random(43)}`,
  ],
  ["an RSA key", "id_rsa", rsa],
  ["an EC key", "ec.pem", pem(joined("EC PRIVATE", " KEY"), 3)],
  ["a short OpenSSH key", "id_ed25519", pem(joined("OPENSSH PRIVATE", " KEY"), 4)],
  ["an encrypted key", "enc.pem", rsa.replace("\n", "\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0A\n\n")],
  ["a PGP key", "key.asc", pem(joined("PGP PRIVATE", " KEY BLOCK"), 8).replace("\n", "\nVersion: 1\n\n")],
  ["a key in a string", "a.js", `const key = "${rsa.replaceAll("\n", "\\n")}";`],
  ["a key in YAML", "a.yml", `key: |\n${rsa.replace(/^/gm, "    ")}`],
  ["a key in base64", "a.yml", `key: ${base64(rsa)}`],
  ["a key in base64 behind one letter", "a.yml", `key: ${base64(`x${rsa}`)}`],
  ["a key in base64 behind two letters", "a.yml", `key: ${base64(`xx${rsa}`)}`],
  ["a PuTTY key", "a.ppk", "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n"],
  ["an age key", "key.txt", `${joined("AGE-SECRET", "-KEY-1")}${random(58, capitals)}`],
  ["a password in a URL", "a.ini", "url = https://bob:s3cretPass99@git.acme.io/x.git"],
  ["a database's password", "a.ini", "postgres://bob:s3cretPass99@db.acme.io:5432/shop"],
  ["a password in a .env file", "deploy/.env.production", `SESSION_SECRET=${random(12)}`],
  ["a nameless key in code", "a.ts", `apiKey: "${random(32)}"`],
  ["a header", "a.http", `Authorization: Bearer ${random(40)}`],
  ["a netrc file", ".netrc", `machine git.acme.io login bob password ${random(20)}`],
];

/** A token of GitHub, for where any will do. */
export const plantedToken = `${joined("ghp", "_")}${random(36)}`;
