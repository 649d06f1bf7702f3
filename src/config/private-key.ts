import { createPrivateKey, type KeyObject } from "node:crypto";
import { readPrivateFile } from "./private-file.ts";

export type ReadKey =
  | { readonly pem: string; readonly warning?: string }
  /** What is amiss, so that it reads on from the setting's name. Never holds any of the key. */
  | { readonly wrong: string };

/** The App's private key out of the file that GitHub lets one download. */
export function readKeyFile(path: string): ReadKey {
  const file = readPrivateFile(path);
  if ("wrong" in file) return { wrong: `names ${path}, which ${file.wrong}` };
  const key = readKey(file.text);
  if ("wrong" in key) return { wrong: `names ${path}, which ${key.wrong}` };
  return { ...key, ...(file.warning === undefined ? {} : { warning: file.warning }) };
}

/** The key itself, as environments carry it: with real line ends, with `\n` spelled out, in quotes, or in base64. */
export function readKey(written: string): ReadKey {
  const text = written.trim().replace(/^(["'])([\s\S]*)\1$/, "$2");
  const spelled = text.replaceAll("\\n", "\n").replaceAll("\r", "");
  const pem = spelled.includes("-----BEGIN") ? spelled : Buffer.from(text, "base64").toString("utf8");
  if (!pem.includes("-----BEGIN"))
    return { wrong: "is no key in PEM form (it begins with -----BEGIN RSA PRIVATE KEY-----)" };
  if (!pem.includes("PRIVATE KEY-----")) return { wrong: "is no private key; download one on the App's settings page" };
  const key = parse(pem);
  if (key === undefined) return { wrong: "can't be read as a private key: it is damaged, cut off or encrypted" };
  if (key.asymmetricKeyType !== "rsa")
    return { wrong: `is a key of the kind ${key.asymmetricKeyType}, but GitHub's are RSA keys` };
  return { pem: `${pem.trim()}\n` };
}

/** OpenSSL has many ways to say that a key is no good; for us they are one. */
function parse(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}
