import type { Refusal } from "../world/errors.ts";
import type { Answer } from "./call.ts";

export function refusalAnswer({ status, message, errors }: Refusal): Answer {
  const documentation_url = "https://docs.github.com/rest";
  return { status, body: { message, ...(errors && { errors }), documentation_url, status: String(status) } };
}
