import { execa } from "execa";
import type { Sight } from "./people.ts";

/** What an agent asks, and where its terminal is, as the status comment says it. */
export interface Asked {
  readonly question: string;
  readonly socket: string;
  readonly session: string;
}

export function askedIn(sight: Sight): Asked | undefined {
  const [status = ""] = sight.statuses;
  const way = /Answer at its terminal: `tmux -S ('[^']+'|\S+) attach -t '?=?([\w-]+)'?`/.exec(status);
  if (way === null) return undefined;
  const question = /^> (.+)$/m.exec(status)?.[1] ?? "a question";
  return { question, socket: (way[1] ?? "").replaceAll("'", ""), session: way[2] ?? "" };
}

/** Types the number of an answer, as a person would who attached there. */
export async function answerAt({ socket, session }: Asked, number: number): Promise<void> {
  await execa("tmux", ["-S", socket, "send-keys", "-t", `=${session}:`, String(number), "Enter"]);
}
