import type { Tokens, Who } from "../tokens.ts";
import type { Deliveries } from "../deliveries.ts";
import type { Limits } from "../limits.ts";
import type { Actor } from "../world/model.ts";
import type { Store, World } from "../world/world.ts";

/** A request that was checked already: the operation is known, the contract is kept, who asks may ask. */
export interface Call {
  readonly world: World;
  readonly tokens: Tokens;
  readonly deliveries: Deliveries;
  readonly limits: Limits;
  readonly who: Who;
  readonly authorization: string | undefined;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly accept: string;
  /** The path as it was asked for, without `/api/v3`. */
  readonly path: string;
  /** Throws a 404 for a path without a repository. */
  readonly store: () => Store;
  /** Throws a 401 for those who may only look. */
  readonly actor: () => Actor;
}

export interface Answer {
  readonly status: number;
  /** Completed and checked by the contract. */
  readonly body?: unknown;
  /** Instead of a body, for what is not JSON. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

type Handler = (call: Call) => Answer | Promise<Answer>;

/** By operation id. */
export type Handlers = Readonly<Record<string, Handler>>;

export const number = (call: Call, name: string): number => Number(call.params[name]);

/** One page of a list, with the links to the others. */
export function paged<T>(call: Call, items: readonly T[], view: (item: T) => unknown, key?: string): Answer {
  const size = Math.min(Number(call.query.get("per_page") ?? 30), 100);
  const page = Number(call.query.get("page") ?? 1);
  const body = items.slice((page - 1) * size, page * size).map(view);
  const link = linksTo(call, page, Math.max(1, Math.ceil(items.length / size)));
  return {
    status: 200,
    body: key === undefined ? body : { total_count: items.length, [key]: body },
    ...(link !== "" && { headers: { link } }),
  };
}

function linksTo(call: Call, page: number, last: number): string {
  const to = (rel: string, target: number): string => {
    const query = new URLSearchParams(call.query);
    query.set("page", String(target));
    return `<${call.world.url}/api/v3${call.path}?${query.toString()}>; rel="${rel}"`;
  };
  const back = page > 1 ? [to("prev", page - 1), to("first", 1)] : [];
  const on = page < last ? [to("next", page + 1), to("last", last)] : [];
  return [...back, ...on].join(", ");
}
