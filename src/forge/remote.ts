import type { IssueRef } from "../core/task.ts";
import { inWords } from "./failures.ts";
import type { Octokits } from "./octokits.ts";

/** A repository as git reaches it. */
export interface Remote {
  /** Holds no secret. */
  readonly url: string;
  /** A short-lived token for this repository alone, good for git and nothing else. */
  token(contents: "read" | "write"): Promise<string>;
}

interface RemotesParts {
  readonly octokits: Octokits;
  readonly webUrl: string;
  readonly nowMs: () => number;
  /** Told of every token, so that no log shows one. */
  readonly learnSecret: (secret: string) => void;
}

interface Token {
  readonly token: string;
  readonly untilMs: number;
}

/** A token is not handed out any more when it would end within so long. */
const leastLifeMs = 10 * 60_000;

export function createRemotes(parts: RemotesParts): (issue: IssueRef) => Remote {
  const { webUrl, nowMs } = parts;
  const readTokens = new Map<string, Token>();

  /** Tokens to read are used again; one to write lives for one push. */
  async function readToken(issue: IssueRef): Promise<string> {
    const key = `${issue.installationId} ${issue.repositoryId}`;
    const known = readTokens.get(key);
    if (known !== undefined && known.untilMs - nowMs() > leastLifeMs) return known.token;
    const made = await makeToken(parts, issue, "read");
    readTokens.set(key, made);
    return made.token;
  }

  return (issue) => ({
    url: `${webUrl}/${issue.owner}/${issue.name}.git`,
    token: async (contents) =>
      contents === "read" ? await readToken(issue) : (await makeToken(parts, issue, "write")).token,
  });
}

/** Asked for by the repository's number: a name may have passed to another one. */
async function makeToken(
  { octokits, learnSecret }: RemotesParts,
  issue: IssueRef,
  contents: "read" | "write",
): Promise<Token> {
  const { data } = await inWords(`give a token for ${issue.owner}/${issue.name}`, () =>
    octokits.app.rest.apps.createInstallationAccessToken({
      installation_id: issue.installationId,
      repository_ids: [issue.repositoryId],
      permissions: { contents },
    }),
  );
  learnSecret(data.token);
  return { token: data.token, untilMs: Date.parse(data.expires_at) };
}
