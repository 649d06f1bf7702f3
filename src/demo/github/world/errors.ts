/** An answer of GitHub's that is not a success: what the request is refused with. */
export class Refusal extends Error {
  readonly status: number;
  readonly errors: readonly (FieldError | string)[] | undefined;

  constructor(status: number, message: string, errors?: readonly (FieldError | string)[]) {
    super(message);
    this.status = status;
    this.errors = errors;
  }
}

/** An error of GraphQL's: the answer is still a 200. */
export class QueryRefusal extends Error {
  readonly type: "FORBIDDEN" | "NOT_FOUND" | "MISSING_PAGINATION_BOUNDARIES";

  constructor(type: QueryRefusal["type"], message: string) {
    super(message);
    this.type = type;
  }
}

export interface FieldError {
  readonly resource: string;
  readonly code: "custom" | "invalid" | "missing" | "missing_field" | "already_exists";
  readonly field?: string;
  readonly message?: string;
}

export const notFound = (): Refusal => new Refusal(404, "Not Found");

export const invalid = (...errors: readonly FieldError[]): Refusal => new Refusal(422, "Validation Failed", errors);
