import type { Schema } from "./fill.ts";

/** One operation of GitHub's REST API, as its OpenAPI description gives it. */
export interface Operation {
  /** For example `issues/create-comment`. */
  readonly id: string;
  readonly method: string;
  /** The path with its parameters in braces. */
  readonly template: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly required: boolean; readonly schema?: Schema };
  readonly responses: Readonly<Record<string, { readonly schema?: Schema }>>;
}

interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required?: boolean;
  /** Its value may contain slashes, such as a branch's name or a file's path. */
  readonly slashes?: boolean;
  readonly schema: Schema;
}

export interface Found {
  readonly operation: Operation;
  readonly params: Readonly<Record<string, string>>;
}

export type Paths = Readonly<
  Record<
    string,
    Readonly<Record<string, Omit<Operation, "id" | "method" | "template"> & { readonly operationId: string }>>
  >
>;

interface Route {
  readonly operation: Operation;
  readonly pattern: RegExp;
  readonly names: readonly string[];
  readonly literal: number;
}

/** Finds the operation that a method and a path (without `/api/v3`) mean; of several, the one with the most literal path. */
export function createFinder(paths: Paths): (method: string, path: string) => Found | undefined {
  const routes = Object.entries(paths)
    .flatMap(([template, methods]) =>
      Object.entries(methods).map(([method, { operationId, ...rest }]) =>
        toRoute({ ...rest, id: operationId, method: method.toUpperCase(), template }),
      ),
    )
    .toSorted((one, two) => two.literal - one.literal);

  return (method, path) => {
    for (const { operation, pattern, names } of routes) {
      if (operation.method !== method) continue;
      const values = pattern.exec(path)?.slice(1).map(decodeURIComponent);
      if (values === undefined) continue;
      return { operation, params: Object.fromEntries(names.map((name, at) => [name, values[at] ?? ""])) };
    }
    return undefined;
  };
}

function toRoute(operation: Operation): Route {
  const slashes = new Set(operation.parameters.filter((each) => each.slashes === true).map((each) => each.name));
  const names = [...operation.template.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "");
  const pattern = operation.template
    .split(/\{\w+\}/)
    .map((text) => text.replaceAll(/[.*+?^$()|[\]\\]/g, String.raw`\$&`))
    .reduce((done, text, at) => `${done}${slashes.has(names[at - 1] ?? "") ? "(.+)" : "([^/]+)"}${text}`);
  const literal = operation.template.replaceAll(/\{\w+\}/g, "").length;
  return { operation, names, literal, pattern: new RegExp(`^${pattern}$`) };
}
