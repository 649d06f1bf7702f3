import { z } from "zod";

const block = z.looseObject({ type: z.string(), text: z.string().optional(), content: z.unknown().optional() });
const message = z.looseObject({ role: z.string(), content: z.union([z.string(), z.array(block)]) });

const request = z.looseObject({
  model: z.string(),
  stream: z.boolean().optional(),
  system: z.unknown().optional(),
  messages: z.array(message),
  tools: z.array(z.looseObject({ name: z.string().optional() })).optional(),
});

type Message = z.infer<typeof message>;

/** One request of the CLI for the model, in the words of a test. */
export type Ask = {
  readonly apiKey: string;
  /** The CLI names its session in a header: the conversation that a script belongs to. */
  readonly session: string;
  readonly model: string;
  readonly stream: boolean;
  readonly tools: readonly string[];
  /** How often the model has spoken in this conversation. */
  readonly spoken: number;
  /** What the person first said, attachments included. */
  readonly opening: string;
  /** What arrived since the model last spoke: results of tools, feedback, reminders. */
  readonly news: string;
  /** Everything, system prompt included, for searching. */
  readonly all: string;
};

export function readAsk(body: unknown, headers: Record<string, string | string[] | undefined>): Ask {
  const parsed = request.parse(body);
  const { messages } = parsed;
  const lastSpoken = messages.findLastIndex((one) => one.role === "assistant");
  const firstSpoken = messages.findIndex((one) => one.role === "assistant");
  return {
    apiKey: keyOf(headers),
    session: String(headers["x-claude-code-session-id"] ?? ""),
    model: parsed.model,
    stream: parsed.stream === true,
    tools: (parsed.tools ?? []).flatMap((tool) => (tool.name === undefined ? [] : [tool.name])),
    spoken: messages.filter((one) => one.role === "assistant").length,
    opening: messages
      .slice(0, firstSpoken < 0 ? undefined : firstSpoken)
      .filter((one) => one.role === "user")
      .map(textOf)
      .join("\n"),
    news: messages
      .slice(lastSpoken + 1)
      .map(textOf)
      .join("\n"),
    all: `${JSON.stringify(parsed.system ?? "")}\n${messages.map(textOf).join("\n")}`,
  };
}

function keyOf(headers: Record<string, string | string[] | undefined>): string {
  const bearer = String(headers.authorization ?? "").replace(/^Bearer /, "");
  return String(headers["x-api-key"] ?? bearer);
}

function textOf(one: Message): string {
  return typeof one.content === "string"
    ? one.content
    : one.content.map((part) => part.text ?? spread(part)).join("\n");
}

function spread(part: z.infer<typeof block>): string {
  if (typeof part.content === "string") return part.content;
  if (Array.isArray(part.content)) return part.content.map((inner) => textOfUnknown(inner)).join("\n");
  return JSON.stringify(part);
}

function textOfUnknown(inner: unknown): string {
  const parsed = block.safeParse(inner);
  return parsed.success ? (parsed.data.text ?? JSON.stringify(inner)) : JSON.stringify(inner);
}
