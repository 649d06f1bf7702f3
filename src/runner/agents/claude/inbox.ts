import { lstat } from "node:fs/promises";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hasCode } from "../safe-file.ts";
import type { Facts } from "./facts.ts";
import { sessionFiles } from "./sessions.ts";

/**
 * Says something to a living session over its inbox socket (seen with 2.1.330; the shape of the line is not documented).
 * Idle, it starts a turn; busy or at a dialog, it is told after the next tool. The prompt-taken event shows that it arrived.
 */
export async function tellInbox(facts: Facts, text: string): Promise<"told" | "not-reachable"> {
  const newest = (await sessionFiles(facts)).at(-1);
  if (newest === undefined) return "not-reachable";
  // The file also names the socket, but it is written on the agent's side: we only go where we know that sockets are.
  const socket = join(facts.temporaryDir ?? tmpdir(), "cc-socks", `${newest.session.pid}.sock`);
  if (!(await isSocket(socket))) return "not-reachable";
  return send(socket, `${JSON.stringify({ type: "user", message: { role: "user", content: text } })}\n`);
}

async function isSocket(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isSocket();
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR")) return false;
    throw error;
  }
}

function send(path: string, line: string): Promise<"told" | "not-reachable"> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path);
    socket.setTimeout(5000, () => finish("not-reachable"));
    socket.on("error", (error) => {
      if (hasCode(error, "ECONNREFUSED", "ENOENT", "EPIPE", "ECONNRESET")) finish("not-reachable");
      else reject(error);
    });
    socket.on("connect", () => socket.end(line, () => finish("told")));
    function finish(how: "told" | "not-reachable"): void {
      socket.destroy();
      resolve(how);
    }
  });
}
