import type { IncomingMessage } from "node:http";

export interface BodyLimits {
  /** Of one body. */
  readonly mostBytes: number;
  /** Of all that are being read at one time. */
  readonly togetherBytes: number;
}

export type ReadBody = (request: IncomingMessage) => Promise<Buffer | "too-large" | "broken-off">;

/**
 * Reads bodies, unless they are larger than allowed: by what they say of themselves, or by what comes. When those under
 * way are too much together, the connection that has taken longest is ended: an honest body comes at once.
 */
export function createBodyReader({ mostBytes, togetherBytes }: BodyLimits): ReadBody {
  const underWay = new Map<IncomingMessage, number>();
  const makeRoom = (): void => {
    let sum = [...underWay.values()].reduce((all, size) => all + size, 0);
    for (const [request, size] of underWay) {
      if (sum <= togetherBytes) return;
      request.destroy();
      underWay.delete(request);
      sum -= size;
    }
  };
  const collect = async (request: IncomingMessage): Promise<Buffer | "too-large"> => {
    const chunks: Buffer[] = [];
    let size = 0;
    // Left open when we have had enough, so that the refusal still reaches the other side.
    const parts: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false });
    for await (const chunk of parts) {
      size += chunk.length;
      if (size > mostBytes) return "too-large";
      chunks.push(chunk);
      underWay.set(request, size);
      makeRoom();
    }
    return Buffer.concat(chunks);
  };
  return async (request) => {
    if (Number(request.headers["content-length"] ?? 0) > mostBytes) return "too-large";
    underWay.set(request, 0);
    try {
      return await collect(request);
    } catch (error) {
      if (request.destroyed) return "broken-off";
      throw error;
    } finally {
      underWay.delete(request);
    }
  };
}
