import type { Task } from "./task.ts";

const mostLinks = 10;

/** What was written after the label and did not reach the agent; undefined when there is nothing of the kind. */
export function leftOutWords({ phase, steering, brief }: Task): string | undefined {
  if (["asked", "stopped", "ending", "done"].includes(phase.at)) return undefined;
  const parts = [
    early(brief?.leftOut ?? 0),
    comments(steering.leftOut.map(({ url }) => url)),
    steering.isEdited ? edited : undefined,
  ];
  const said = parts.filter((part) => part !== undefined);
  return said.length === 0 ? undefined : `💬 ${said.join(" ")}`;
}

const edited = "The issue was edited after it was labelled; the agent works on the text as it was then.";

/** There before the label. */
function early(many: number): string | undefined {
  if (many === 0) return undefined;
  const were = many === 1 ? "1 comment that was there was" : `${many} comments that were there were`;
  return `${were} left out when it was labelled, since their authors may not decide here or changed them later.`;
}

function comments(urls: readonly string[]): string | undefined {
  if (urls.length === 0) return undefined;
  const links = urls
    .slice(-mostLinks)
    .map((url, at) => `[${urls.length - Math.min(urls.length, mostLinks) + at + 1}](${url})`);
  const many = urls.length === 1 ? "1 comment was" : `${urls.length} comments were`;
  return `${many} left out: ${links.join(", ")}. Whoever may decide hands one to the agent with \`/coppice take <link>\`.`;
}
