import { constants } from "node:os";
import { expect, it } from "vitest";
import { systemCallFilter } from "../../../src/runner/sandbox/system-calls.ts";

const { EPERM, ENOSYS, EAFNOSUPPORT } = constants.errno;
const audits = { x64: 0xc000003e, arm64: 0xc00000b7 } as const;
type Arch = keyof typeof audits;

/** Runs the filter as the kernel does (classic BPF on struct seccomp_data), for machines that we are not on. */
function decide(
  arch: Arch,
  call: number,
  args: readonly bigint[] = [],
  audit: number = audits[arch],
): number | "allow" {
  const data = Buffer.alloc(64);
  data.writeUInt32LE(call, 0);
  data.writeUInt32LE(audit, 4);
  args.forEach((value, index) => data.writeBigUInt64LE(BigInt.asUintN(64, value), 16 + 8 * index));
  const filter = systemCallFilter(arch) ?? Buffer.alloc(0);
  let accumulator = 0;
  for (let at = 0; at < filter.length / 8; at += 1) {
    const [code, yes, no] = [filter.readUInt16LE(at * 8), filter[at * 8 + 2] ?? 0, filter[at * 8 + 3] ?? 0];
    const value = filter.readUInt32LE(at * 8 + 4);
    if (code === 0x06) return value === 0x7fff0000 ? "allow" : value & 0xffff;
    if (code === 0x20) accumulator = data.readUInt32LE(value);
    else at += jumps(code, accumulator, value) ? yes : no;
  }
  throw new Error("the filter ends without an answer");
}

function jumps(code: number, accumulator: number, value: number): boolean {
  if (code === 0x15) return accumulator === value;
  if (code === 0x35) return accumulator >= value;
  return (accumulator & value) !== 0;
}

const ioctl = { x64: 16, arm64: 29 };
const socket = { x64: 41, arm64: 198 };
const clone = { x64: 56, arm64: 220 };
const unshare = { x64: 272, arm64: 97 };
const tiocsti = 0x5412n;
const newUser = 0x10000000n;

it.each<[string, (arch: Arch) => number | "allow", number | "allow"]>([
  ["typing into the terminal", (arch) => decide(arch, ioctl[arch], [0n, tiocsti]), EPERM],
  [
    "the same with rubbish in the half that the kernel doesn't look at",
    (arch) => decide(arch, ioctl[arch], [0n, (7n << 32n) | tiocsti]),
    EPERM,
  ],
  ["pasting on a console", (arch) => decide(arch, ioctl[arch], [0n, 0x541cn]), EPERM],
  ["asking for the terminal's size", (arch) => decide(arch, ioctl[arch], [0n, 0x5413n]), "allow"],
  ["a Unix socket", (arch) => decide(arch, socket[arch], [1n]), "allow"],
  ["an IPv6 socket", (arch) => decide(arch, socket[arch], [10n]), "allow"],
  ["a socket to the virtual machine's host", (arch) => decide(arch, socket[arch], [40n]), EAFNOSUPPORT],
  ["a new process", (arch) => decide(arch, clone[arch], [0x1200011n]), "allow"],
  ["a new process in a new user namespace", (arch) => decide(arch, clone[arch], [0x1200011n | newUser]), EPERM],
  ["a call whose flags can't be seen", (arch) => decide(arch, 435), ENOSYS],
  ["a new user namespace", (arch) => decide(arch, unshare[arch], [newUser | 0x20000n]), EPERM],
  ["io_uring, which takes calls past the filter", (arch) => decide(arch, 425), EPERM],
  ["the kernel's keyrings", (arch) => decide(arch, { x64: 250, arm64: 219 }[arch]), EPERM],
  ["mounting", (arch) => decide(arch, { x64: 165, arm64: 40 }[arch]), EPERM],
  ["reading", (arch) => decide(arch, { x64: 0, arm64: 63 }[arch]), "allow"],
  ["tracing one's own children", (arch) => decide(arch, { x64: 101, arm64: 117 }[arch]), "allow"],
  ["a call of a 32-bit program", (arch) => decide(arch, 54, [0n, tiocsti], 0x40000003), ENOSYS],
])("of %s the filter thinks the same on all machines", (_what, ask, answer) => {
  expect([ask("x64"), ask("arm64")]).toEqual([answer, answer]);
});

it("refuses x32 calls, which have other numbers", () => {
  expect(decide("x64", 0x40000000 + 514, [0n, tiocsti])).toBe(ENOSYS);
});

it("is not there for machines whose numbers we don't know", () => {
  expect(systemCallFilter("riscv64")).toBeUndefined();
});
