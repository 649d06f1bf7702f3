/** What a person can tell Coppice in a comment: a line that begins with `/coppice`. */
export type Command =
  | { readonly do: "status" | "why" | "resume" | "logs" | "help" }
  | { readonly do: "approve" }
  | { readonly do: "stop"; readonly isNow: boolean }
  | { readonly do: "retry"; readonly isFresh: boolean }
  | { readonly do: "diff"; readonly isPushed: boolean }
  | { readonly do: "tell"; readonly text: string }
  | { readonly do: "agent"; readonly name: string }
  | { readonly do: "model"; readonly name: string }
  | { readonly do: "base"; readonly branch: string }
  | { readonly do: "budget"; readonly moreUsd: number }
  | { readonly do: "deny"; readonly reason: string }
  | { readonly do: "answer"; readonly text: string }
  | { readonly do: "take"; readonly link: string }
  | { readonly do: "allow"; readonly id: string }
  /** Addressed to us, but not understood: the helpful answer to give. */
  | { readonly do: "not-understood"; readonly said: string; readonly cure: string };

/** A command, and the agent that it names where several compete: `/coppice @codex stop`. */
export interface Spoken {
  readonly to: string | undefined;
  readonly command: Command;
}

/** All commands with what they take, for the help text. */
export const commandHelp: readonly (readonly [string, string])[] = [
  ["status", "the full state: phase, reason, cost, place in the queue"],
  ["why", "why it is not running, or what it waits for"],
  ["stop", "interrupts the agent and keeps its session; `stop now` ends it. Work is saved"],
  ["resume", "goes on after a stop"],
  ["retry", "starts another attempt; `retry fresh` from a new workspace"],
  ["tell <text>", "says something to the running agent"],
  ["agent <name>", "the agent of the next attempt"],
  ["model <name>", "the model of the next session"],
  ["base <branch>", "the branch to start from, at the next attempt"],
  ["budget +<n>", "allows n US dollars more"],
  ["logs", "the last screen and the last events"],
  ["diff", "what is there so far; `diff push` also pushes it as work in progress"],
  ["approve", "allows what the agent asks for"],
  ["deny [reason]", "refuses what the agent asks for"],
  ["answer <n or text>", "answers the agent's question"],
  ["take <link>", "hands the agent a comment that was left out"],
  ["allow <id>", "lets commits out that were held back, with this finding in them"],
  ["@<agent> <command>", "says it to one agent, where several compete for an issue"],
  ["help", "this list"],
];

const longestText = 10_000;

/** The commands in a comment, in order. Code fences, indented code and quotations say nothing to us. */
export function commandsIn(comment: string): readonly Command[] {
  return spokenIn(comment).map(({ command }) => command);
}

/** The same, with whom each is addressed to. */
export function spokenIn(comment: string): readonly Spoken[] {
  const found: { head: string; rest: string[] }[] = [];
  for (const line of spokenLines(comment)) {
    const head = /^ {0,3}\/coppice(?![\w/-])[ \t]*(.*)$/i.exec(line)?.[1];
    if (head !== undefined) found.push({ head: head.trim(), rest: [] });
    else found.at(-1)?.rest.push(line);
  }
  return found.map(({ head, rest }) => {
    const [, to, said = ""] = /^(?:@([\w.-]{1,50})(?:[ \t]+|$))?(.*)$/.exec(head) ?? [];
    return { to: to?.toLowerCase(), command: parse(said, rest.join("\n").trim()) };
  });
}

/** The lines of a comment that its author says, rather than shows or quotes. */
function spokenLines(comment: string): string[] {
  const spoken: string[] = [];
  let fence: string | undefined;
  for (const line of comment.replace(/<!--[\s\S]*?(?:-->|$)/g, "").split(/\r\n|\n|\r/)) {
    const mark = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line);
    if (fence !== undefined) {
      const closes = mark?.[1]?.startsWith(fence) === true && mark[2]?.trim() === "";
      if (closes) fence = undefined;
      continue;
    }
    // A fence of backticks has no backtick behind it; with one the line is inline code.
    if (mark?.[1] !== undefined && !(mark[1].startsWith("`") && mark[2]?.includes("`") === true)) {
      fence = mark[1];
      continue;
    }
    if (/^ {0,3}>/.test(line) || /^(?: {4}|\t)/.test(line)) continue;
    spoken.push(line);
  }
  return spoken;
}

function parse(head: string, rest: string): Command {
  const [, word = "", tail = ""] = /^(\S*)\s*([\s\S]*)$/.exec(head) ?? [];
  const text = [tail.trim(), rest]
    .filter((part) => part !== "")
    .join("\n")
    .slice(0, longestText);
  const name = word.toLowerCase();
  switch (name) {
    case "status":
    case "why":
    case "resume":
    case "logs":
    case "approve":
    case "help":
      return plain(name, tail);
    case "stop":
      return flagged(tail, "now", (isNow) => ({ do: "stop", isNow }), "stop");
    case "retry":
      return flagged(tail, "fresh", (isFresh) => ({ do: "retry", isFresh }), "retry");
    case "diff":
      return flagged(tail, "push", (isPushed) => ({ do: "diff", isPushed }), "diff");
    case "tell":
      return text === "" ? puzzled(head, "say what: `/coppice tell <text>`") : { do: "tell", text };
    case "answer":
      return text === "" ? puzzled(head, "say which: `/coppice answer <number or text>`") : { do: "answer", text };
    case "deny":
      return { do: "deny", reason: text };
    case "agent":
    case "model":
      return named(name, tail);
    case "base":
      return branch(tail);
    case "budget":
      return budget(tail);
    case "take":
      return taken(tail);
    case "allow":
      return allowed(tail);
    case "":
      return { do: "help" };
    default:
      return puzzled(head, `there is no command \`${word.slice(0, 40)}\``);
  }
}

function plain(name: "status" | "why" | "resume" | "logs" | "approve" | "help", tail: string): Command {
  return tail === "" ? { do: name } : puzzled(`${name} ${tail}`, `\`${name}\` takes nothing behind it`);
}

function flagged(tail: string, flag: string, make: (isSet: boolean) => Command, name: string): Command {
  const said = tail.trim().toLowerCase();
  if (said === "" || said === flag) return make(said === flag);
  return puzzled(`${name} ${tail}`, `write \`/coppice ${name}\` or \`/coppice ${name} ${flag}\``);
}

function allowed(tail: string): Command {
  const id = tail.trim().toLowerCase();
  if (/^[0-9a-f]{8}$/.test(id)) return { do: "allow", id };
  return puzzled(`allow ${tail}`, "say which finding: `/coppice allow <id>`");
}

function named(what: "agent" | "model", tail: string): Command {
  const name = tail.trim();
  if (/^[A-Za-z0-9][A-Za-z0-9._:@/[\]-]{0,99}$/.test(name)) return { do: what, name };
  return puzzled(`${what} ${tail}`, `name one ${what}: \`/coppice ${what} <name>\``);
}

function branch(tail: string): Command {
  const name = tail.trim().replace(/^`(.*)`$/, "$1");
  if (/^[^\s~^:?*[\\`-][^\s~^:?*[\\`]{0,199}$/.test(name)) return { do: "base", branch: name };
  return puzzled(`base ${tail}`, "name one branch: `/coppice base <branch>`");
}

function budget(tail: string): Command {
  const amount = /^\+\s*\$?(\d{1,4}(?:\.\d{1,2})?)$/.exec(tail.trim())?.[1];
  if (amount !== undefined && Number(amount) > 0) return { do: "budget", moreUsd: Number(amount) };
  return puzzled(`budget ${tail}`, "say how many US dollars more, up to 9999: `/coppice budget +5`");
}

function taken(tail: string): Command {
  const link = tail.trim();
  if (/^https?:\/\/\S+#issuecomment-\d+$/.test(link)) return { do: "take", link };
  return puzzled(`take ${tail}`, "give the link of a comment: `/coppice take https://…#issuecomment-…`");
}

function puzzled(said: string, cure: string): Command {
  return { do: "not-understood", said: said.slice(0, 200), cure };
}
