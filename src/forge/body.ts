import type { IncomingMessage } from "node:http";

/** The body of a request, unless it is larger than allowed: by what it says of itself, or by what comes. */
export async function readBody(
  request: IncomingMessage,
  mostBytes: number,
): Promise<Buffer | "too-large" | "broken-off"> {
  if (Number(request.headers["content-length"] ?? 0) > mostBytes) return "too-large";
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    // Left open when we have had enough, so that the refusal still reaches the other side.
    const parts: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false });
    for await (const chunk of parts) {
      size += chunk.length;
      if (size > mostBytes) return "too-large";
      chunks.push(chunk);
    }
  } catch (error) {
    if (request.destroyed) return "broken-off";
    throw error;
  }
  return Buffer.concat(chunks);
}
