import { lookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";
import { networkInterfaces } from "node:os";
import { z } from "zod";

/** Where programs behind the wall may connect to. */
export const allowed = z.object({
  /**
   * `registry.example.com` (port 443), `mirror.example:80`, `*.example.org` (not example.org itself), or `*` for every public address. A
   * host that is listed by its own name may be in a private network.
   */
  hosts: z.array(z.string()),
  /** Ports of this machine's loopback. All others of it are out of reach, whatever `hosts` says. */
  localPorts: z.array(z.number().int().min(1).max(65535)),
});
export type Allowed = z.infer<typeof allowed>;

export type Destination = { readonly address: string; readonly port: number } | { readonly refused: string };

type Resolve = (host: string) => Promise<readonly string[]>;

/** The address to connect to. It is looked up once and checked, so that a name can't change its mind in between. */
export async function destinationOf(
  rules: Allowed,
  host: string,
  port: number,
  resolve: Resolve = addressesOf,
): Promise<Destination> {
  const name = plainHost(host);
  if (isLoopbackName(name)) {
    return rules.localPorts.includes(port)
      ? { address: "127.0.0.1", port }
      : { refused: "this machine's own ports are out of reach" };
  }
  const rule = ruleFor(rules.hosts, name, port);
  if (rule === undefined) return { refused: "not on the list of allowed hosts" };
  const addresses = isIP(name) ? [name] : await resolve(name);
  const address = addresses[0];
  if (address === undefined) return { refused: "no such host" };
  const isOut = rule === "by name" ? (one: string) => !isOwn(one) : (one: string) => !isOwn(one) && !isPrivate(one);
  return addresses.every(isOut) ? { address, port } : { refused: "it leads to this machine or into a private network" };
}

function ruleFor(hosts: readonly string[], name: string, port: number): "by name" | "by pattern" | undefined {
  const matching = hosts.map(parseRule).filter((rule) => rule.port === undefined || rule.port === port);
  if (matching.some((rule) => rule.host === name)) return "by name";
  const isMatch = (pattern: string) => pattern === "*" || (pattern.startsWith("*.") && name.endsWith(pattern.slice(1)));
  return matching.some((rule) => isMatch(rule.host)) ? "by pattern" : undefined;
}

/** Without a port, 443; `*` stands for every port, too. */
function parseRule(text: string): { host: string; port: number | undefined } {
  const [, host = "", port] = /^(.*?)(?::(\d+))?$/.exec(text.toLowerCase()) ?? [];
  if (isIP(text) === 6) return { host: plainHost(text), port: 443 };
  if (port !== undefined) return { host: plainHost(host), port: Number(port) };
  return { host: plainHost(host), port: host === "*" ? undefined : 443 };
}

/** One spelling for each host: small letters, no brackets, no dot at the end, numbers as the URL standard writes them (0x7f.1 → 127.0.0.1). */
function plainHost(host: string): string {
  if (host.startsWith("*")) return host;
  const bare = host.replace(/^\[(.*)\]$/, "$1");
  const parsed = URL.parse(isIP(bare) === 6 ? `http://[${bare}]/` : `http://${bare}/`);
  const name = parsed?.hostname.replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "") ?? "";
  return unmapped(name);
}

/** ::ffff:7f00:1 is 127.0.0.1 by another name. */
function unmapped(address: string): string {
  const [, dotted] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address) ?? [];
  if (dotted !== undefined) return dotted;
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(address) ?? [];
  if (high === undefined || low === undefined) return address;
  const number = (Number.parseInt(high, 16) << 16) | Number.parseInt(low, 16);
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 0xff).join(".");
}

function isLoopbackName(name: string): boolean {
  return name === "localhost" || name.endsWith(".localhost") || (isIP(name) > 0 && loopback.check(name, family(name)));
}

const loopback = blocks(["127.0.0.0/8", "0.0.0.0/8", "::1/128", "::/128"]);
/** Link-local holds the cloud's metadata service, which hands out the machine's keys: never reached, not even by name. */
const own = blocks(["127.0.0.0/8", "0.0.0.0/8", "169.254.0.0/16", "::1/128", "::/128", "fe80::/10"]);
const privateOnes = blocks([
  "10.0.0.0/8",
  "100.64.0.0/10",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "224.0.0.0/3",
  // Also the ways to write an IPv4 address as an IPv6 one.
  "fc00::/7",
  "fec0::/10",
  "ff00::/8",
  "64:ff9b::/32",
  "2002::/16",
  "::/96",
]);

function isPrivate(address: string): boolean {
  const plain = unmapped(address.toLowerCase());
  return privateOnes.check(plain, family(plain));
}

/** This machine under any of its addresses. */
function isOwn(address: string): boolean {
  const plain = unmapped(address.toLowerCase());
  const here = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map((one) => one.address));
  return here.includes(plain) || own.check(plain, family(plain));
}

function blocks(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = "", bits] = range.split("/");
    list.addSubnet(network, Number(bits), family(network));
  }
  return list;
}

function family(address: string): "ipv4" | "ipv6" {
  return isIP(address) === 6 ? "ipv6" : "ipv4";
}

async function addressesOf(host: string): Promise<string[]> {
  try {
    return (await lookup(host, { all: true })).map((one) => one.address);
  } catch (error) {
    if (error instanceof Error && "code" in error && ["ENOTFOUND", "EAI_AGAIN", "ENODATA"].includes(String(error.code)))
      return [];
    throw error;
  }
}
