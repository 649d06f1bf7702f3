/** What stands where a secret stood. */
export const hidden = "[redacted]";

/** Shorter values than this are not searched for: they would blot out ordinary words. */
const shortestSecret = 8;

export interface Redactor {
  /** The text with every known secret, in all its usual spellings, and everything of a secret's format hidden. */
  readonly redact: (text: string) => string;
  /** Whether the text holds one of the secrets that the service was started with, in any of its usual spellings. */
  readonly holdsGiven: (text: string) => boolean;
  /** From now on this value is hidden too. For what is made while we run: tokens of installations and of runs. */
  readonly learn: (secret: string) => void;
}

/**
 * Hides the given secrets wherever a text goes where others may read it: logs, comments, pages, errors. Of those learned
 * later only the newest are kept: tokens come by the hour, die as soon, and every one makes each look a little dearer.
 */
export function createRedactor(secrets: readonly string[] = [], mostLearned = 200): Redactor {
  const given = secrets.flatMap(spellings);
  const learned = new Map<string, readonly string[]>();
  let longestFirst = byLength(given);
  return {
    holdsGiven: (text) => given.some((spelling) => text.includes(spelling)),
    learn: (secret) => {
      if (learned.has(secret)) return;
      learned.set(secret, spellings(secret));
      const [oldest = secret] = learned.keys();
      if (learned.size > mostLearned) learned.delete(oldest);
      longestFirst = byLength([...given, ...[...learned.values()].flat()]);
    },
    redact: (text) => redactFormats(longestFirst.reduce((rest, spelling) => rest.replaceAll(spelling, hidden), text)),
  };
}

/** The longest first, or a short secret inside a long one would leave the long one's ends to be read. */
function byLength(all: readonly string[]): readonly string[] {
  return [...new Set(all)].toSorted((a, b) => b.length - a.length);
}

/** Hides what looks like a secret, known or not. Every pattern takes linear time on hostile text: see the notes. */
export function redactFormats(text: string): string {
  return formats.reduce((rest, [pattern, instead]) => rest.replace(pattern, instead), hidePrivateKeys(text));
}

/** The same for data: every string in it, and whatever stands under a name like `token` or `webhookSecret`. */
export function redactData(data: unknown, redact: (text: string) => string): unknown {
  if (typeof data === "string") return redact(data);
  if (Array.isArray(data)) return data.map((item) => redactData(item, redact));
  if (typeof data !== "object" || data === null) return data;
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => [
      name,
      typeof value === "string" && value !== "" && secretName.test(name) ? hidden : redactData(value, redact),
    ]),
  );
}

const secretName = /(?:secret|token|password|passwd|authorization|cookie|api[-_]?key|private[-_]?key)$/i;

/**
 * Quadratic time is kept out by three means: a bounded repeat, a repeat that nothing has to follow (so it always
 * succeeds and is skipped over), or a look-behind that lets a run of letters be tried from its first letter only.
 */
const formats: readonly (readonly [pattern: RegExp, instead: string])[] = [
  // GitHub. Installation tokens are about 520 characters with dots nowadays.
  [/gh[a-z]_[A-Za-z0-9._-]{36,}/g, hidden],
  [/github_pat_[A-Za-z0-9_]{22,}/g, hidden],
  // Model providers: Anthropic (keys, admin keys, OAuth tokens), OpenAI, Google.
  [/sk-ant-[A-Za-z0-9_-]{8,}/g, hidden],
  [/(?<![A-Za-z0-9_-])sk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{20,}/g, hidden],
  [/(?<![A-Za-z0-9_-])sk-[A-Za-z0-9]{32,}/g, hidden],
  [/AIza[A-Za-z0-9_-]{35}/g, hidden],
  // Clouds, registries, chat, payment.
  [/(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])/g, hidden],
  [/npm_[A-Za-z0-9]{36}/g, hidden],
  [/glpat-[A-Za-z0-9_-]{20,}/g, hidden],
  [/xox[abeoprs]-[A-Za-z0-9-]{10,}/g, hidden],
  [/(?<![A-Za-z0-9])[rs]k_live_[A-Za-z0-9]{16,}/g, hidden],
  // A JSON Web Token (an App's own, for one), and a PEM key in base64.
  [/(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}/g, hidden],
  [/LS0tLS1CRUdJTi[A-Za-z0-9+/=_-]{40,}/g, hidden],
  // https://user:password@host, as in https://x-access-token:…@github.com
  [/(?<=:\/\/[^\s/@:]{0,64}:)[^\s/@]+(?=@)/g, hidden],
  // Headers and settings, as git, curl and env print them.
  [
    /\b((?:proxy-)?authorization["']?[ \t]*[:=][ \t]*["']?(?:(?:bearer|basic|token|digest)[ \t]+)?)[^\s"',;]+/gi,
    `$1${hidden}`,
  ],
  [/\b(bearer[ \t]+)[A-Za-z0-9._~+/-]{20,}=*/gi, `$1${hidden}`],
  [/\b(x-api-key["']?[ \t]*[:=][ \t]*["']?)[^\s"',;]+/gi, `$1${hidden}`],
  [
    /(?<![A-Z0-9_])([A-Z0-9_]*(?:SECRET|TOKEN|PASSWORD|API_KEY|ACCESS_KEY|PRIVATE_KEY)=["']?)[^\s"',;]+/g,
    `$1${hidden}`,
  ],
  [/("[A-Za-z_-]*(?:secret|token|password|api_?key|private_?key)"[ \t]*:[ \t]*")[^"]+/gi, `$1${hidden}`],
];

/** Cut at the beginnings, so that each stretch is searched for its end once, however many beginnings a text has. */
function hidePrivateKeys(text: string): string {
  const [before = "", ...stretches] = text.split(/-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----/);
  return before + stretches.map((stretch) => hidden + afterPrivateKey(stretch)).join("");
}

/** A key that was cut off has no end: then everything that could be of it goes. */
function afterPrivateKey(stretch: string): string {
  const end = /-----END [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----/.exec(stretch);
  return end ? stretch.slice(end.index + end[0].length) : stretch.replace(/^[A-Za-z0-9+/=\s\\,:-]*/, "");
}

/** How one secret may look in a text: as it is, in JSON, in a URL, in hex, in base64 at any place of a longer value. */
function spellings(secret: string): string[] {
  const whole = secret.trim().toWellFormed();
  if (whole.length < shortestSecret) return [];
  const url = encodeURIComponent(whole);
  const hex = Array.from(bytes(whole), (char) => char.charCodeAt(0).toString(16).padStart(2, "0")).join("");
  const all = [
    whole,
    JSON.stringify(whole).slice(1, -1),
    url,
    formEncoded(url),
    url.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    hex,
    hex.toUpperCase(),
    ...[0, 1, 2].flatMap((offset) => base64At(whole, offset)),
    ...linesOf(whole),
  ];
  return all.filter((spelling) => spelling.length >= shortestSecret);
}

/** Forms (`URLSearchParams`) spell a space as `+` and spare fewer signs than `encodeURIComponent`. */
function formEncoded(url: string): string {
  return url
    .replaceAll("%20", "+")
    .replaceAll(/[!'()~]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** A key of many lines also shows line by line, as a log or a terminal may print it. */
function linesOf(secret: string): string[] {
  const lines = secret.split("\n").map((line) => line.trim());
  return lines.length < 2 ? [] : lines.filter((line) => line.length >= 24 && !line.startsWith("-----"));
}

/** The characters that a secret alone decides when `offset` (mod 3) bytes stand before it; `user:secret` shifts it so. */
function base64At(secret: string, offset: number): string[] {
  const raw = "\0".repeat(offset) + bytes(secret);
  const from = Math.ceil((offset * 8) / 6);
  const standard = btoa(raw).slice(from, Math.floor((raw.length * 8) / 6));
  return [standard, standard.replaceAll("+", "-").replaceAll("/", "_")];
}

/** One character per byte of the UTF-8 form, as `btoa` wants it. */
function bytes(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join("");
}
