import { existsSync, lstatSync, readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";

/** Files of /etc that programs need and that tell nothing: fonts, certificates, the loader's lists, names of time zones and services. */
const etc =
  /^(alternatives|ca-certificates|debian_version|ethertypes|fonts|java.*|ld\.so\.(cache|conf|conf\.d)|locale\.(alias|conf|gen)|localtime|lsb-release|magic|magic\.mime|mime\.types|os-release|perl|protocols|python3.*|rpc|services|terminfo|timezone)$/;
/** Parts of /etc whose neighbours hold private keys. */
const etcParts = [
  "ssl/certs",
  "ssl/cert.pem",
  "ssl/openssl.cnf",
  "pki/ca-trust",
  "pki/tls/certs",
  "pki/tls/cert.pem",
  "pki/tls/openssl.cnf",
];
/** Settings with logins may lie here (npm's global ones, say). */
const hiddenInUsr = ["/usr/etc", "/usr/local/etc"];
const topFolders = ["/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"];
const stores = ["/nix/store", "/gnu/store"];

/** bwrap's arguments for a system without its owner: programs and libraries, nothing of who uses them and what else runs. */
export function systemArguments(): string[] {
  const shown = [...stores, ...etcPaths()].filter((path) => existsSync(path));
  return [
    ...readOnly("/usr"),
    ...hiddenInUsr.filter((path) => existsSync(path)).flatMap(empty),
    ...topFolders.flatMap(topFolder),
    ...shown.flatMap(readOnly),
    ...processes,
    "--dev",
    "/dev",
    ...["/dev/shm", "/tmp", "/var/tmp", "/run"].flatMap(empty),
  ];
}

/**
 * A process namespace of its own shows no other processes. As root we could still write the kernel's settings there, and core_pattern
 * among them names a program that the kernel runs outside: hence read-only.
 */
const processes = ["--proc", "/proc", "--remount-ro", "/proc"];

function etcPaths(): string[] {
  const names = readdirSync("/etc").filter((name) => etc.test(name));
  return [...names, ...etcParts].map((name) => join("/etc", name));
}

/** On most systems these are links into /usr by now. */
function topFolder(path: string): string[] {
  if (!existsSync(path)) return [];
  return lstatSync(path).isSymbolicLink() ? ["--symlink", readlinkSync(path), path] : readOnly(path);
}

export function readOnly(path: string): string[] {
  return readOnlyAt(path, path);
}

export function readOnlyAt(outside: string, inside: string): string[] {
  return ["--ro-bind", outside, inside];
}

export function empty(path: string): string[] {
  return ["--tmpfs", path];
}
