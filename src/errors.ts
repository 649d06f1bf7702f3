/** Whether trying again may help, and who has to do something first. */
export type Retry = "now" | "later" | "never";

/**
 * A failure that an operator can understand and mend: a stable code, a message with the offending value in it, and a hint.
 * Everything else that is thrown is a bug.
 */
export class KnownError extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  readonly retry: Retry;

  constructor(code: string, message: string, more: { hint?: string; retry?: Retry; cause?: unknown } = {}) {
    super(message, { cause: more.cause });
    this.name = "KnownError";
    this.code = code;
    this.hint = more.hint;
    this.retry = more.retry ?? "never";
  }
}
