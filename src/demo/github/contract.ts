import { readFileSync } from "node:fs";
import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";
import { createFill, type Schema } from "./contract/fill.ts";
import { createFinder, type Found, type Operation, type Paths } from "./contract/operations.ts";

/**
 * GitHub's own OpenAPI description (API version 2022-11-28), cut by `scripts/prune-contract.ts` to what Coppice uses.
 * Every check answers with readable complaints, none when all is well. Paths are without `/api/v3`.
 */
export interface Contract {
  readonly find: (method: string, path: string) => Found | undefined;
  readonly checkRequest: (method: string, path: string, query: URLSearchParams, body: unknown) => readonly string[];
  readonly checkAnswer: (method: string, path: string, status: number, body: unknown) => readonly string[];
  readonly checkWebhook: (event: string, action: string | undefined, payload: unknown) => readonly string[];
  /** Cuts and fills a value to what the operation answers with that status. */
  readonly completeAnswer: (operation: Operation, status: number, value: unknown) => unknown;
  readonly completeWebhook: (event: string, action: string | undefined, value: unknown) => unknown;
}

interface Api {
  readonly paths: Paths;
  readonly webhooks: Readonly<Record<string, Schema>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, Schema>>>>;
}

let loaded: Contract | undefined;

/** The contract, loaded once per process; each operation is compiled at its first use. */
export function loadContract(): Contract {
  if (loaded === undefined) {
    const text = readFileSync(new URL("./contract/github-api.json", import.meta.url), "utf8");
    // With absolute references each shared schema is compiled once, and not once for each operation.
    const api: Api = JSON.parse(text.replaceAll('"$ref":"#/', '"$ref":"github#/'));
    loaded = createContract(api);
  }
  return loaded;
}

function createContract(api: Api): Contract {
  const strict = createValidator(api, false);
  const coercing = createValidator(api, "array");
  const find = createFinder(api.paths);
  const fill = createFill((ref) => pointed(api, ref));

  function checkRequest(method: string, path: string, query: URLSearchParams, body: unknown): readonly string[] {
    const found = find(method, path);
    if (found === undefined) return [`${method} ${path}: no such operation`];
    const { operation, params } = found;
    const complaints = [
      ...coercing(`path ${operation.id}`, () => parameterSchema(operation, "path"), { ...params }, "path"),
      ...coercing(
        `query ${operation.id}`,
        () => parameterSchema(operation, "query"),
        Object.fromEntries(query),
        "query",
      ),
      ...checkBody(operation, body),
    ];
    return complaints.map((each) => `${method} ${path} (${operation.id}): ${each}`);
  }

  function checkBody({ id, requestBody }: Operation, body: unknown): readonly string[] {
    if (body === undefined) return requestBody?.required === true ? ["body is missing"] : [];
    if (requestBody === undefined) return ["takes no body"];
    return strict(`body ${id}`, () => requestBody.schema ?? {}, body, "body");
  }

  function checkAnswer(method: string, path: string, status: number, body: unknown): readonly string[] {
    const found = find(method, path);
    if (found === undefined) return status === 404 ? [] : [`${method} ${path}: no such operation`];
    const { operation } = found;
    const complaints = answerComplaints(operation, status, body);
    return complaints.map((each) => `${method} ${path} (${operation.id}) answered ${status}: ${each}`);
  }

  function answerComplaints(operation: Operation, status: number, body: unknown): readonly string[] {
    const described = operation.responses[status];
    const schema = status >= 400 ? loosened(described?.schema) : described?.schema;
    if (schema !== undefined) return strict(`answer ${operation.id} ${status}`, () => schema, body, "answer");
    if (status >= 400) return isError(body) ? [] : ["an error needs a message and a documentation_url"];
    if (described === undefined && status !== 304) return ["that status is not described"];
    return body === undefined ? [] : ["no body is described"];
  }

  function checkWebhook(event: string, action: string | undefined, payload: unknown): readonly string[] {
    const key = webhookKey(event, action);
    const schema = api.webhooks[key];
    if (schema === undefined) return [`webhook ${key}: no such webhook`];
    return strict(`webhook ${key}`, () => schema, payload, "payload").map((each) => `webhook ${key}: ${each}`);
  }

  return {
    find,
    checkRequest,
    checkAnswer,
    checkWebhook,
    completeAnswer: ({ responses }, status, value) => {
      const schema = responses[status]?.schema;
      return schema === undefined ? value : fill(schema, value);
    },
    completeWebhook: (event, action, value) => {
      const schema = api.webhooks[webhookKey(event, action)];
      return schema === undefined ? value : fill(schema, value);
    },
  };
}

const webhookKey = (event: string, action: string | undefined): string =>
  (action === undefined ? event : `${event}-${action}`).replaceAll("_", "-");

/** Where several kinds of error are described, most fit more than one of them. */
function loosened(schema: Schema | undefined): Schema | undefined {
  if (schema?.oneOf === undefined) return schema;
  const { oneOf, ...rest } = schema;
  return { ...rest, anyOf: oneOf };
}

const isError = (body: unknown): boolean =>
  typeof body === "object" && body !== null && "message" in body && "documentation_url" in body;

function pointed(api: Api, ref: string): Schema {
  const [, , group = "", name = ""] = ref.split("/");
  const schema = api.components[group]?.[name];
  if (schema === undefined) throw new Error(`the contract has no ${ref}`);
  return schema;
}

type Validator = (key: string, schema: () => Schema, value: unknown, what: string) => readonly string[];

function createValidator({ components }: Api, coerceTypes: false | "array"): Validator {
  const ajv = new Ajv({ strict: false, allErrors: true, validateSchema: false, inlineRefs: false, coerceTypes });
  addFormats.default(ajv, ["date-time", "uri"]);
  ajv.addSchema({ components }, "github");
  const compiled = new Map<string, ValidateFunction>();
  return (key, schema, value, what) => {
    const validate = compiled.get(key) ?? ajv.compile(schema());
    compiled.set(key, validate);
    return validate(value) ? [] : (validate.errors ?? []).map((error) => say(error, what));
  };
}

function say({ instancePath, message, params }: ErrorObject, what: string): string {
  const detail = "additionalProperty" in params ? ` (${String(params["additionalProperty"])})` : "";
  const allowed = "allowedValues" in params ? `: ${JSON.stringify(params["allowedValues"])}` : "";
  return `${what}${instancePath} ${message ?? "is wrong"}${detail}${allowed}`;
}

function parameterSchema({ parameters }: Operation, place: "path" | "query"): Schema {
  const here = parameters.filter((parameter) => parameter.in === place);
  return {
    type: "object",
    properties: Object.fromEntries(here.map(({ name, schema }) => [name, schema])),
    required: here.filter((parameter) => parameter.required === true).map(({ name }) => name),
    additionalProperties: false,
  };
}
