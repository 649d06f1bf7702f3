import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { json as readJson } from "node:stream/consumers";
import { answer, answerFault, json } from "./answer.ts";
import { readAsk, type Ask } from "./ask.ts";
import type { Script, Turn } from "./script.ts";

export type Model = {
  /** For `ANTHROPIC_BASE_URL`. */
  readonly url: string;
  /** Every request for the model so far, oldest first; small ones on the side (titles, summaries) are not among them. */
  readonly asks: readonly Ask[];
  close(): Promise<void>;
};

const spent: Turn = { parts: [{ type: "text", text: "There is nothing left for me to do." }] };

/**
 * Starts a stand-in for the model's API on loopback. One script plays for every session; a record of scripts plays
 * each for the sessions whose API key is its name, or whose first message holds its name as a word (`"#7"`).
 */
export async function startModel(scripts: Script | Record<string, Script>): Promise<Model> {
  const asks: Ask[] = [];
  const director = direct(scripts);
  const server = createServer((request, response) => {
    serve(request, response, asks, director).catch((error: unknown) => json(response, 500, { error: String(error) }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the model has no port");
  return { url: `http://127.0.0.1:${address.port}`, asks, close: () => close(server) };
}

function close(server: ReturnType<typeof createServer>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

type Director = (ask: Ask) => Promise<Turn>;

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  asks: Ask[],
  director: Director,
): Promise<void> {
  const path = new URL(request.url ?? "/", "http://model").pathname;
  if (request.method !== "POST") return void response.writeHead(200).end();
  const body = await readJson(request);
  if (path === "/v1/messages/count_tokens") return json(response, 200, { input_tokens: 1000 });
  if (path !== "/v1/messages")
    return json(response, 404, { type: "error", error: { type: "not_found_error", message: path } });
  const ask = readAsk(body, request.headers);
  // The CLI also asks for titles, summaries and the like, always without its tools.
  if (!ask.tools.includes("Bash"))
    return answer(response, ask, `side${Date.now()}`, [{ type: "text", text: "A title" }]);
  asks.push(ask);
  const turn = await director(ask);
  const id = String(asks.length);
  if ("fault" in turn) return answerFault(response, ask, id, turn.fault);
  answer(response, ask, id, turn.parts, turn.tokens);
}

function direct(scripts: Script | Record<string, Script>): Director {
  const places = new Map<string, number>();
  return async (ask) => {
    const [name, script] = choose(scripts, ask);
    if (typeof script === "function") return script(ask);
    const place = places.get(name) ?? 0;
    const entry = script[place] ?? spent;
    const turn = typeof entry === "function" ? await entry(ask) : entry;
    if (!("fault" in turn && turn.forever === true)) places.set(name, place + 1);
    return turn;
  };
}

function choose(scripts: Script | Record<string, Script>, ask: Ask): [string, Script] {
  if (typeof scripts === "function" || isList(scripts)) return [`session ${ask.session}`, scripts];
  const name = Object.keys(scripts).find((key) => key === ask.apiKey || holdsWord(ask.opening, key));
  const script = name === undefined ? undefined : scripts[name];
  if (name === undefined || script === undefined) throw new Error(`no script for "${ask.opening.slice(-300)}"`);
  return [name, script];
}

function isList(
  scripts: Script | Record<string, Script>,
): scripts is readonly (Turn | ((ask: Ask) => Turn | Promise<Turn>))[] {
  return Array.isArray(scripts);
}

function holdsWord(text: string, word: string): boolean {
  const at = text.indexOf(word);
  if (at < 0) return false;
  const next = text.charAt(at + word.length);
  return !/\w/.test(next) || holdsWord(text.slice(at + 1), word);
}
