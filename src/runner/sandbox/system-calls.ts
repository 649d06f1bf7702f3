import { constants } from "node:os";

/**
 * A filter (seccomp, classic BPF) for what the mounts and namespaces of the wall don't keep in: the terminal, which is the one thing
 * that both sides share, the kernel's keyrings, sockets that no network namespace holds, and new user namespaces.
 *
 * The numbers are those of the kernel's tables (arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/asm-generic/unistd.h).
 */
export function systemCallFilter(arch: string): Buffer | undefined {
  const machine = machines[arch];
  return machine === undefined ? undefined : assemble(program(machine));
}

interface Machine {
  /** AUDIT_ARCH_… of include/uapi/linux/audit.h. */
  readonly audit: number;
  readonly calls: Readonly<Record<"ioctl" | "socket" | "clone" | "clone3" | "unshare" | "setns", number>>;
  readonly forbidden: readonly number[];
}

/** Beside those named: keyctl, add_key, request_key; bpf, perf_event_open, userfaultfd, io_uring_*; all that mounts. */
const machines: Readonly<Record<string, Machine>> = {
  x64: {
    audit: 0xc000003e,
    calls: { ioctl: 16, socket: 41, clone: 56, clone3: 435, unshare: 272, setns: 308 },
    forbidden: [248, 249, 250, 321, 298, 323, 425, 426, 427, 155, 165, 166, 428, 429, 430, 431, 432, 433, 442],
  },
  arm64: {
    audit: 0xc00000b7,
    calls: { ioctl: 29, socket: 198, clone: 220, clone3: 435, unshare: 97, setns: 268 },
    forbidden: [217, 218, 219, 280, 241, 282, 425, 426, 427, 39, 40, 41, 428, 429, 430, 431, 432, 433, 442],
  },
};

/** Puts characters into a terminal's input, as if they had been typed. */
const TIOCSTI = 0x5412;
/** Pastes on a Linux console, among others. */
const TIOCLINUX = 0x541c;
const CLONE_NEWUSER = 0x10000000;
/** AF_UNIX, AF_INET, AF_INET6, AF_NETLINK. Not AF_VSOCK: under WSL and other virtual machines it reaches the host. */
const families = [1, 2, 10, 16];

const { EPERM, ENOSYS, EAFNOSUPPORT } = constants.errno;

type Instruction = readonly [code: number, jumpIfTrue: number, jumpIfFalse: number, value: number];

const load = (offset: number): Instruction => [0x20, 0, 0, offset];
const isEqual = (value: number, yes: number, no: number): Instruction => [0x15, yes, no, value];
const isAtLeast = (value: number, yes: number, no: number): Instruction => [0x35, yes, no, value];
const hasBits = (value: number, yes: number, no: number): Instruction => [0x45, yes, no, value];
const allow: Instruction = [0x06, 0, 0, 0x7fff0000];
const refuse = (errno: number): Instruction => [0x06, 0, 0, 0x00050000 | errno];

/** Offsets in struct seccomp_data. The low half of an argument is all that the kernel looks at in these calls. */
const number = load(0);
const architecture = load(4);
const argument = (index: number) => load(16 + 8 * index);

function program({ audit, calls, forbidden }: Machine): Instruction[] {
  return [
    architecture,
    isEqual(audit, 1, 0),
    refuse(ENOSYS),
    number,
    // x32 calls have this bit in their number, and none of the numbers here.
    isAtLeast(0x40000000, 0, 1),
    refuse(ENOSYS),
    ...forbidden.flatMap((one) => on(one, [refuse(EPERM)])),
    ...on(calls.setns, [refuse(EPERM)]),
    // Its flags lie in memory, out of a filter's sight; the C libraries take clone instead.
    ...on(calls.clone3, [refuse(ENOSYS)]),
    ...on(calls.clone, [argument(0), hasBits(CLONE_NEWUSER, 0, 1), refuse(EPERM), allow]),
    ...on(calls.unshare, [argument(0), hasBits(CLONE_NEWUSER, 0, 1), refuse(EPERM), allow]),
    ...on(calls.ioctl, [argument(1), isEqual(TIOCSTI, 1, 0), isEqual(TIOCLINUX, 0, 1), refuse(EPERM), allow]),
    ...on(calls.socket, [
      argument(0),
      ...families.flatMap((family) => [isEqual(family, 0, 1), allow]),
      refuse(EAFNOSUPPORT),
    ]),
    allow,
  ];
}

/** What is done at this call; every way through it must end in an answer. */
function on(callNumber: number, body: readonly Instruction[]): Instruction[] {
  return [isEqual(callNumber, 0, body.length), ...body];
}

/** struct sock_filter: u16 code, u8 jt, u8 jf, u32 k. Both machines are little-endian. */
function assemble(instructions: readonly Instruction[]): Buffer {
  const bytes = Buffer.alloc(instructions.length * 8);
  instructions.forEach(([code, yes, no, value], index) => {
    const at = index * 8;
    bytes.writeUInt16LE(code, at);
    bytes.writeUInt8(yes, at + 2);
    bytes.writeUInt8(no, at + 3);
    bytes.writeUInt32LE(value >>> 0, at + 4);
  });
  return bytes;
}
