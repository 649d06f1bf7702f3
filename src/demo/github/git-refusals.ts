/**
 * GitHub refuses single refs of a push with reasons of its own. A hook finds them out and leaves them in a file; git
 * itself would only say "hook declined", so the reasons are put into the report on its way to the client.
 */

/** Reads `STANDIN_WORKFLOWS` (`no`: the token lacks that permission), `STANDIN_PROTECTED` and `STANDIN_REASONS`. */
export const updateHook = `#!/bin/sh
ref=$1 old=$2 new=$3
refuse() { printf '%s %s\\n' "$ref" "$1" >> "$STANDIN_REASONS"; exit 1; }
case " $STANDIN_PROTECTED " in *" $ref "*) refuse "protected branch hook declined" ;; esac
case $new in 0000000000000000000000000000000000000000) exit 0 ;; esac
[ "$STANDIN_WORKFLOWS" = no ] || exit 0
first=$(git rev-list --full-history "$new" --not --all -- .github/workflows | tail -n 1)
[ -z "$first" ] && exit 0
path=$(git diff-tree -r -m --root --no-commit-id --name-only "$first" -- .github/workflows | head -n 1)
refuse "refusing to allow a GitHub App to create or update workflow \\\`$path\\\` without \\\`workflows\\\` permission"
`;

export type Reasons = ReadonlyMap<string, string>;

export function readReasons(text: string): Reasons {
  const lines = text.split("\n").filter(Boolean);
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)]));
}

/** Puts the reasons into receive-pack's report: packets within the first side band of packets. */
export function explain(response: Buffer, reasons: Reasons): Buffer {
  if (reasons.size === 0) return response;
  const packets = unpack(response);
  const isBanded = packets.some((packet) => packet?.[0] === 1);
  if (!isBanded) return pack(packets.map((packet) => packet && withReason(packet, reasons)));
  const report = Buffer.concat(packets.flatMap((packet) => (packet?.[0] === 1 ? [packet.subarray(1)] : [])));
  const inner = pack(unpack(report).map((packet) => packet && withReason(packet, reasons)));
  const others = packets.filter((packet) => packet !== undefined && packet[0] !== 1);
  return pack([...others, Buffer.concat([Buffer.from([1]), inner]), undefined]);
}

function withReason(packet: Buffer, reasons: Reasons): Buffer {
  const [, ref] = /^ng (\S+) hook declined/.exec(packet.toString()) ?? [];
  const reason = ref === undefined ? undefined : reasons.get(ref);
  return reason === undefined ? packet : Buffer.from(`ng ${ref} ${reason}\n`);
}

/** A flush packet is `undefined`. */
function unpack(data: Buffer): (Buffer | undefined)[] {
  const packets: (Buffer | undefined)[] = [];
  for (let at = 0; at + 4 <= data.length; ) {
    const length = Number.parseInt(data.toString("latin1", at, at + 4), 16);
    packets.push(length < 4 ? undefined : data.subarray(at + 4, at + length));
    at += Math.max(4, length);
  }
  return packets;
}

const pack = (packets: readonly (Buffer | undefined)[]): Buffer =>
  Buffer.concat(
    packets.flatMap((packet) =>
      packet === undefined
        ? [Buffer.from("0000")]
        : [Buffer.from((packet.length + 4).toString(16).padStart(4, "0")), packet],
    ),
  );
