import { hasStatus } from "./failures.ts";

export interface Answer<T> {
  readonly data: T;
  /** Where the answer came from in the end, after redirects. */
  readonly url: string;
  readonly headers: { readonly etag?: string | undefined };
}

type AskWith<T> = (headers: Readonly<Record<string, string>>) => Promise<Answer<T>>;

/** Remembers GitHub's answers, and asks only whether they changed: "no" does not count against the limits. */
export interface Etags<T> {
  /** Two who ask the same at once share the answer. @param key names what is asked, and in whose name. */
  ask(key: string, call: AskWith<T>): Promise<Answer<T>>;
}

export function createEtags<T>(mostKept = 500): Etags<T> {
  const kept = new Map<string, Answer<T>>();
  const underWay = new Map<string, Promise<Answer<T>>>();

  async function askAnew(key: string, call: AskWith<T>): Promise<Answer<T>> {
    const before = kept.get(key);
    const etag = before?.headers.etag;
    try {
      return keep(key, await call(etag === undefined ? {} : { "if-none-match": etag }));
    } catch (error) {
      if (before === undefined || !hasStatus(error, 304)) throw error;
      return keep(key, before);
    }
  }

  /** The longest unused goes first. */
  function keep(key: string, answer: Answer<T>): Answer<T> {
    kept.delete(key);
    if (answer.headers.etag !== undefined) kept.set(key, answer);
    const oldest = kept.keys().next();
    if (kept.size > mostKept && oldest.done !== true) kept.delete(oldest.value);
    return answer;
  }

  return {
    async ask(key, call) {
      const other = underWay.get(key);
      if (other !== undefined) return await other;
      const mine = askAnew(key, call).finally(() => underWay.delete(key));
      underWay.set(key, mine);
      return await mine;
    },
  };
}
