/** What a log keeps of an error. */
interface ErrorDescription {
  readonly type: string;
  readonly message: string;
  readonly stack: string;
  readonly cause?: unknown;
  readonly [detail: string]: unknown;
}

/** Plain values that the errors of Node, execa, Octokit and our own carry; whole requests, answers and outputs stay out. */
const details = [
  "code",
  "hint",
  "retry",
  "status",
  "exitCode",
  "signal",
  "command",
  "stderr",
  "syscall",
  "path",
] as const;

const mostCauses = 5;

/** An error as data, with its causes. What is no error is left as it is. */
export function describeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return error;
  const description: ErrorDescription = {
    type: error.constructor.name,
    message: error.message,
    stack: error.stack ?? "",
    ...detailsOf(error),
  };
  const causes = causesOf(error);
  if (causes.length === 0 || depth >= mostCauses) return description;
  const described = causes.map((cause) => describeError(cause, depth + 1));
  return { ...description, cause: described.length === 1 ? described[0] : described };
}

function detailsOf(error: Error): Record<string, unknown> {
  const carried = details.map((name) => [name, Reflect.get(error, name)] as const);
  const plain = carried.filter(([, value]) => typeof value === "string" || typeof value === "number");
  return { ...Object.fromEntries(plain), ...requestOf(error) };
}

/** Octokit's errors hold the whole request; method and address tell enough. */
function requestOf(error: Error): Record<string, unknown> {
  if (!("request" in error) || typeof error.request !== "object" || error.request === null) return {};
  const { request } = error;
  return "method" in request && "url" in request ? { method: request.method, url: request.url } : {};
}

function causesOf(error: Error): readonly unknown[] {
  if (error instanceof AggregateError) return error.errors.slice(0, mostCauses);
  return error.cause === undefined ? [] : [error.cause];
}
