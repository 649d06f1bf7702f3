import type { SessionIds, SessionSight } from "../tmux.ts";

const idFields = "#{session_id} #{pane_id} #{pane_pid} #{pid} #{start_time}";

/** What `new-session -P` shall print; `readIds` reads it. */
export const idFormat = idFields;
/** What `list-panes -a` shall print of each pane; `readPanes` reads it. The name comes last: a person's own session may hold anything. */
export const paneFormat = `${idFields} [#{@agent}] #{pane_dead} [#{pane_dead_status}] [#{pane_dead_signal}] #{session_name}`;

/** The pane in which a session's agent lives or lived. */
export interface AgentPane {
  readonly ids: SessionIds;
  readonly sight: SessionSight;
  /** The agent's pane is gone; the ids are those of another pane that keeps the session. */
  readonly isClosed: boolean;
}

export function readIds(line: string): SessionIds {
  const [sessionId = "", paneId = "", pid, serverPid, serverStartedS] = line.split(" ");
  return { sessionId, paneId, pid: Number(pid), serverPid: Number(serverPid), serverStartedS: Number(serverStartedS) };
}

/**
 * Each session's agent pane by session name. Somebody who is attached may split the window: those panes are his own. If the agent's pane
 * was closed and another one keeps the session, the agent has ended.
 */
export function readPanes(text: string): Map<string, AgentPane> {
  const panes = new Map<string, AgentPane>();
  for (const line of text.split("\n")) {
    const match = /^(\S+ \S+ \d+ \d+ \d+) \[(\w*)\] ([01]) \[(\d*)\] \[(\w*)\] (.*)$/.exec(line);
    const [, idText = "", mark, dead, status, signal, name = ""] = match ?? [];
    if (match === null || (mark === "" && panes.has(name))) continue;
    const ids = readIds(idText);
    const hasEnded = dead === "1" || mark === "";
    const sight: SessionSight = hasEnded ? { is: "ended", ...readEnd(status, signal) } : { is: "alive", ...ids };
    panes.set(name, { ids, sight, isClosed: mark === "" });
  }
  return panes;
}

function readEnd(status = "", signal = "") {
  return { status: status === "" ? undefined : Number(status), signal: signal === "" ? undefined : signal };
}
