/** What a secret of some service looks like. */
export interface SecretFormat {
  readonly name: string;
  /** Global. Takes linear time on any text: repeats are bounded, or nothing has to follow them. */
  readonly pattern: RegExp;
  /** Looks closer at what the pattern found. */
  readonly isOne?: (found: string) => boolean;
}

/**
 * What secretlint's recommended rules pass over, tried with 50 planted secrets: newer tokens of GitHub and Anthropic, AWS key ids,
 * private keys that are short or stand in a string, and many smaller services.
 */
export const secretFormats: readonly SecretFormat[] = [
  { name: "GitHub token", pattern: /(?<![A-Za-z0-9])gh[a-z]_[A-Za-z0-9._-]{36,}/g },
  { name: "Anthropic key or token", pattern: /sk-ant-[a-z]{2,12}\d{0,2}-[A-Za-z0-9_-]{20,}/g },
  { name: "OpenAI key", pattern: /(?<![A-Za-z0-9_-])sk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{40,}/g },
  { name: "AWS key id", pattern: /(?<![A-Za-z0-9+/])(?:AKIA|ASIA)[A-Z2-7]{16}(?![A-Za-z0-9+/=])/g },
  { name: "Google API key", pattern: /(?<![A-Za-z0-9_-])AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])/g },
  { name: "Google OAuth secret", pattern: /(?<![A-Za-z0-9_-])GOCSPX-[A-Za-z0-9_-]{28}/g },
  { name: "Azure storage key", pattern: /AccountKey=[A-Za-z0-9+/]{86}==/g },
  { name: "GitLab token", pattern: /(?<![A-Za-z0-9_-])gl(?:pat|rt|dt|ptt|cbt|soat|ft|imt|agent)-[A-Za-z0-9_.-]{20,}/g },
  { name: "Hugging Face token", pattern: /(?<![A-Za-z0-9_])hf_[A-Za-z]{34}(?![A-Za-z0-9_])/g },
  { name: "DigitalOcean token", pattern: /(?<![A-Za-z0-9_])do[opr]_v1_[0-9a-f]{64}/g },
  { name: "PyPI token", pattern: /pypi-AgE[A-Za-z0-9_-]{50,}/g },
  { name: "Notion token", pattern: /(?<![A-Za-z0-9_])(?:ntn_|secret_)[A-Za-z0-9]{43,50}(?![A-Za-z0-9_])/g },
  { name: "Discord webhook", pattern: /discord(?:app)?\.com\/api\/webhooks\/\d{17,20}\/[A-Za-z0-9_-]{60,}/g },
  { name: "Telegram bot token", pattern: /(?<![A-Za-z0-9_])\d{8,10}:AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])/g },
  { name: "Twilio key", pattern: /(?<![A-Za-z0-9_])SK[0-9a-f]{32}(?![A-Za-z0-9_])/g },
  { name: "Databricks token", pattern: /(?<![A-Za-z0-9_])dapi[0-9a-f]{32}(?![0-9a-f])/g },
  { name: "Atlassian token", pattern: /(?<![A-Za-z0-9_])ATATT3[A-Za-z0-9_=-]{100,}/g },
  { name: "Grafana token", pattern: /(?<![A-Za-z0-9_])glsa_[A-Za-z0-9]{32}_[0-9a-f]{8}/g },
  { name: "Sentry token", pattern: /(?<![A-Za-z0-9_])sntry[su]_[A-Za-z0-9+/=_-]{40,}/g },
  { name: "New Relic key", pattern: /(?<![A-Za-z0-9_])NRAK-[A-Z0-9]{27}/g },
  { name: "Supabase token", pattern: /(?<![A-Za-z0-9_])sbp_[0-9a-f]{40}/g },
  { name: "xAI key", pattern: /(?<![A-Za-z0-9_-])xai-[A-Za-z0-9]{70,}/g },
  { name: "age key", pattern: /AGE-SECRET-KEY-1[A-Z0-9]{58}/g },
  { name: "private key", pattern: privateKey() },
  { name: "private key", pattern: /PuTTY-User-Key-File-\d: /g },
  // At any place of a longer value, base64 of "-----BEGIN" begins in one of three ways.
  {
    name: "private key in base64",
    pattern: /(?:LS0tLS1CRUdJTi|0tLS0tQkVHSU4|tLS0tLUJFR0lO)[A-Za-z0-9+/_-]{40,}/g,
    isOne: isPrivateKeyInBase64,
  },
  {
    name: "JSON Web Token",
    pattern: /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{20,}/g,
  },
  {
    name: "authorization header",
    pattern: /\bauthorization["']?[ \t]*[:=][ \t]*["']?(?:bearer|basic|token)[ \t]+[A-Za-z0-9._~+/-]{20,}/gi,
    isOne: (found) => isRandom(/\S+$/.exec(found)?.[0] ?? ""),
  },
  {
    name: "password in a netrc file",
    pattern: /\bmachine[ \t]+\S{3,200}\s+login[ \t]+\S{1,200}\s+password[ \t]+\S{8,}/g,
  },
  { name: "registry password", pattern: /"auth"[ \t]*:[ \t]*"[A-Za-z0-9+/]{16,}={0,2}"/g, isOne: isUserAndPassword },
  {
    name: "value of a setting that is named as a secret",
    pattern:
      /(?:secret|token|password|passwd|api_?key|access_?key|private_?key)["']?[ \t]{0,8}(?::|=>?|:=)[ \t]{0,8}["'][A-Za-z0-9_/+=.~-]{20,200}["']/gi,
    isOne: (found) => isRandom(/["']([^"']+)["']$/.exec(found)?.[1] ?? ""),
  },
];

/** What counts in a file of settings, such as `.env`, where nothing is quoted. */
export const settingFormat: SecretFormat = {
  name: "value of a setting that is named as a secret",
  pattern: /^[ \t]*(?:export )?[A-Z0-9_]{0,80}(?:SECRET|TOKEN|PASSWORD|PASSWD|_KEY|APIKEY)=["']?[^\s"'#]{8,}/gm,
  isOne: (found) => !/=["']?(?:true|false|\d+|\/.*|\$.*|https?:.*)$/.test(found),
};

/** The key may stand in a string, with its line ends spelled out, after headers, quoted or indented. */
function privateKey(): RegExp {
  const between = String.raw`(?:\\[nr]|["'+,\\\s]|[A-Za-z-]{1,40}: [^\n]{0,200}\n){0,40}`;
  return new RegExp(`-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----${between}[A-Za-z0-9+/=]{24,}`, "g");
}

/** A certificate begins in the same way, and is for everybody. */
function isPrivateKeyInBase64(found: string): boolean {
  const start = ["LS0t", "0tLS", "tLS0"].findIndex((head) => found.startsWith(head));
  const shift = ["", "AA", "AAA"][start] ?? "";
  return Buffer.from(shift + found.slice(0, 100), "base64")
    .toString("latin1")
    .includes("PRIVATE KEY");
}

function isUserAndPassword(found: string): boolean {
  const value = /"([^"]+)"$/.exec(found)?.[1] ?? "";
  return /^[\x21-\x7e]+:[\x21-\x7e]{8,}$/.test(Buffer.from(value, "base64").toString("latin1"));
}

/** Capital and small letters and digits, or hex, none of them often: no word, no path, no name, no example. */
function isRandom(value: string): boolean {
  const isMixed = /[a-z]/.test(value) && /[A-Z]/.test(value) && /\d/.test(value);
  const isHex = /^[0-9a-f]{32,}$/i.test(value) && /[a-f]/i.test(value) && /\d/.test(value);
  const isMadeUp = /[a-z]{9}|\.[A-Za-z]+\.|\/|123456|abcdef/.test(value);
  return (isMixed || isHex) && !isMadeUp && entropy(value) > (isHex ? 3 : 3.6);
}

/** Bits per letter. */
function entropy(value: string): number {
  const counts = new Map<string, number>();
  for (const letter of value) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => sum - (count / value.length) * Math.log2(count / value.length), 0);
}
