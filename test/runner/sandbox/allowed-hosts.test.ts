import { networkInterfaces } from "node:os";
import { expect, it } from "vitest";
import { destinationOf } from "../../../src/runner/sandbox/allowed-hosts.ts";

const public1 = "93.184.215.14";
const names: Record<string, string[]> = {
  "registry.example.com": [public1],
  "a.example.org": ["2606:4700::1111"],
  "example.org": [public1],
  "internal.corp": ["10.1.2.3"],
  "rebind.example.org": ["127.0.0.1"],
  "half.example.org": [public1, "10.0.0.1"],
  "mapped.example.org": ["::ffff:10.0.0.1"],
  "meta.corp": ["169.254.169.254"],
  "evil.registry.example.com": [public1],
};
const resolve = async (host: string) => names[host] ?? [];
const rules = {
  hosts: [
    "registry.example.com",
    "*.example.org",
    "mirror.example:80",
    "internal.corp",
    "meta.corp",
    "Rebind.example.org.",
    "192.168.7.7",
  ],
  localPorts: [4000],
};
const everything = { hosts: ["*"], localPorts: [] };
const ownAddress = Object.values(networkInterfaces())
  .flatMap((list) => list ?? [])
  .find((one) => !one.internal && one.family === "IPv4")?.address;

it.each<[string, typeof rules, string, number, string]>([
  ["a listed host", rules, "registry.example.com", 443, public1],
  ["a listed host in other letters, with a dot", rules, "Registry.Example.com.", 443, public1],
  ["a host that fits a pattern", rules, "a.example.org", 443, "2606:4700::1111"],
  ["a private host listed by name", rules, "internal.corp", 443, "10.1.2.3"],
  ["a private address listed as such", rules, "192.168.7.7", 443, "192.168.7.7"],
  ["a local port that is allowed", rules, "127.0.0.1", 4000, "127.0.0.1"],
  ["the same by name", rules, "localhost", 4000, "127.0.0.1"],
  ["any public host, when everything is", everything, "example.org", 8443, public1],
])("%s is reached", async (_what, allowed, host, port, address) => {
  expect(await destinationOf(allowed, host, port, resolve)).toEqual({ address, port });
});

it.each<[string, typeof rules, string, number]>([
  ["a host that is not listed", rules, "example.com", 443],
  ["a listed host at another port", rules, "registry.example.com", 22],
  ["a host below a listed one", rules, "evil.registry.example.com", 443],
  ["a host whose end only looks like a pattern's", rules, "notexample.org", 443],
  ["a pattern's own domain", rules, "example.org", 443],
  ["another local port", rules, "127.0.0.1", 4001],
  ["a local port by localhost", rules, "localhost", 4001],
  ["a local port by a name below localhost", everything, "x.localhost", 80],
  ["a local port by a short number", everything, "127.1", 4001],
  ["a local port by one number", everything, "2130706433", 4001],
  ["a local port by a hexadecimal number", everything, "0x7f.0.0.1", 4001],
  ["a local port by an octal number", everything, "0177.0.0.1", 4001],
  ["a local port by 0.0.0.0", everything, "0.0.0.0", 4001],
  ["a local port by ::1", everything, "[::1]", 4001],
  ["a local port by ::1 without brackets", everything, "::1", 4001],
  ["a local port by a mapped address", everything, "[::ffff:127.0.0.1]", 4001],
  ["a local port by a mapped address in hexadecimal", everything, "::ffff:7f00:1", 4001],
  ["a local port by a name that resolves to it, though the name is listed", rules, "rebind.example.org", 443],
  ["a name with one private address among its public ones", rules, "half.example.org", 443],
  ["a private host, when everything public is allowed", everything, "internal.corp", 443],
  ["a private address written as a mapped one", everything, "mapped.example.org", 443],
  ["a private address, when everything public is allowed", everything, "10.1.2.3", 443],
  ["the metadata service by address", everything, "169.254.169.254", 80],
  ["the metadata service by a listed name", rules, "meta.corp", 443],
  ["this machine under another of its addresses", everything, ownAddress ?? "127.0.0.2", 443],
  ["a name that is none", everything, "a b\0", 443],
  ["a name that leads nowhere", everything, "nowhere.test", 443],
  ["a local port through a NAT64 address", everything, "64:ff9b::7f00:1", 443],
])("%s is not reached", async (_what, allowed, host, port) => {
  expect(await destinationOf(allowed, host, port, resolve)).toHaveProperty("refused");
});
