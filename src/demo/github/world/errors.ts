/** An answer of GitHub's that is not a success: what the request is refused with. */
export class Refusal extends Error {
  readonly status: number;
  readonly errors: readonly FieldError[] | undefined;

  constructor(status: number, message: string, errors?: readonly FieldError[]) {
    super(message);
    this.status = status;
    this.errors = errors;
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
