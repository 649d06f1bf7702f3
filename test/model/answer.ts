import type { ServerResponse } from "node:http";
import type { Ask } from "./ask.ts";
import type { Fault, Part, Tokens } from "./script.ts";

const modest: Tokens = { input: 1000, output: 50 };

type Usage = {
  input_tokens: number;
  output_tokens: number;
  cache_read_input_tokens: number;
  cache_creation_input_tokens: number;
};

/** Answers a request as the Messages API does: as an event stream when asked for one, else as one JSON object. */
export function answer(response: ServerResponse, ask: Ask, id: string, parts: readonly Part[], tokens = modest): void {
  const content = parts.map((part, index) => (part.type === "text" ? part : { ...part, id: `toolu_${id}_${index}` }));
  const stop = parts.some((part) => part.type === "tool_use") ? "tool_use" : "end_turn";
  const usage = usageOf(tokens);
  const message = { id: `msg_${id}`, type: "message", role: "assistant", model: ask.model, stop_sequence: null };
  if (!ask.stream) return json(response, 200, { ...message, content, stop_reason: stop, usage });
  response.writeHead(200, { "content-type": "text/event-stream", "request-id": `req_${id}` });
  send(response, "message_start", {
    message: { ...message, content: [], stop_reason: null, usage: { ...usage, output_tokens: 1 } },
  });
  content.forEach((part, index) => sendPart(response, part, index));
  send(response, "message_delta", { delta: { stop_reason: stop, stop_sequence: null }, usage });
  send(response, "message_stop", {});
  response.end();
}

function usageOf(tokens: Tokens): Usage {
  return {
    input_tokens: tokens.input,
    output_tokens: tokens.output,
    cache_read_input_tokens: tokens.cacheRead ?? 0,
    cache_creation_input_tokens: tokens.cacheWrite ?? 0,
  };
}

function sendPart(response: ServerResponse, part: Part & { id?: string }, index: number): void {
  const opening = part.type === "text" ? { type: "text", text: "" } : { ...part, input: {} };
  const delta =
    part.type === "text"
      ? { type: "text_delta", text: part.text }
      : { type: "input_json_delta", partial_json: JSON.stringify(part.input) };
  send(response, "content_block_start", { index, content_block: opening });
  send(response, "content_block_delta", { index, delta });
  send(response, "content_block_stop", { index });
}

/** Answers as the API does when it fails, or as the network does. */
export function answerFault(response: ServerResponse, ask: Ask, id: string, fault: Fault): void {
  switch (fault) {
    case "login":
      return error(response, 401, "authentication_error", "invalid x-api-key");
    case "credit":
      return error(
        response,
        400,
        "invalid_request_error",
        "Your credit balance is too low to access the Anthropic API.",
      );
    case "rate-limit":
      return error(response, 429, "rate_limit_error", "This request would exceed your rate limit.");
    case "overloaded":
      return error(response, 529, "overloaded_error", "Overloaded");
    case "server":
      return error(response, 500, "api_error", "Internal server error");
    case "hang":
      return;
    case "cut":
      return cut(response, ask, id);
    case "refusal":
      return refuse(response, ask, id);
    default:
      return fault satisfies never;
  }
}

function cut(response: ServerResponse, ask: Ask, id: string): void {
  start(response, ask, id);
  send(response, "content_block_start", { index: 0, content_block: { type: "text", text: "" } });
  send(response, "content_block_delta", { index: 0, delta: { type: "text_delta", text: "I was about to" } });
  setTimeout(() => response.destroy(), 50);
}

function refuse(response: ServerResponse, ask: Ask, id: string): void {
  start(response, ask, id);
  send(response, "message_delta", {
    delta: { stop_reason: "refusal", stop_sequence: null },
    usage: { output_tokens: 1 },
  });
  send(response, "message_stop", {});
  response.end();
}

function start(response: ServerResponse, ask: Ask, id: string): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  const message = {
    id: `msg_${id}`,
    type: "message",
    role: "assistant",
    model: ask.model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: usageOf(modest),
  };
  send(response, "message_start", { message });
}

function send(response: ServerResponse, type: string, data: Record<string, unknown>): void {
  response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
}

function error(response: ServerResponse, status: number, type: string, message: string): void {
  json(response, status, { type: "error", error: { type, message } }, { "retry-after": "0" });
}

export function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}
