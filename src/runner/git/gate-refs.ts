import { GitError, simpleGit } from "simple-git";
import { KnownError } from "../../errors.ts";
import { gitEnvironment } from "./git-command.ts";
import { wordsOf } from "./git-words.ts";

interface Ref {
  readonly name: string;
  readonly sha: string;
}

/** Reads and sets refs of the gate. Local and quick; nothing here talks with GitHub or touches a workspace. */
export interface GateRefs {
  /** All refs that begin with this, sorted by name. */
  list(prefix: string): Promise<readonly Ref[]>;
  read(name: string): Promise<string | undefined>;
  set(name: string, sha: string): Promise<void>;
  /** Already gone is fine. */
  remove(name: string): Promise<void>;
}

export function createGateRefs(gate: string): GateRefs {
  const list = async (prefix: string): Promise<readonly Ref[]> =>
    parseRefs(await run(gate, ["for-each-ref", "--format=%(objectname) %(refname)", prefix]));
  return {
    list,
    read: async (name) => (await list(name)).find((ref) => ref.name === name)?.sha,
    set: async (name, sha) => void (await run(gate, ["update-ref", "--no-deref", name, sha])),
    remove: async (name) => void (await run(gate, ["update-ref", "--no-deref", "-d", name])),
  };
}

async function run(gate: string, args: readonly string[]): Promise<string> {
  const environment = gitEnvironment();
  try {
    const git = simpleGit({
      baseDir: gate,
      timeout: { block: 30_000 },
      allowEnvironment: Object.keys(environment),
      unsafe: harmless,
      // Without this, simple-git takes an exit code without words on stderr for success.
      errors: (error, { exitCode, stdErr }) => (exitCode === 0 || error ? error : Buffer.concat(stdErr)),
    });
    return await git.env(environment).raw(...args);
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    throw new KnownError("GIT_REFS", `the gate's refs could not be read or set: ${wordsOf(error.message)}`, {
      retry: "later",
    });
  }
}

/** simple-git takes any value of these variables for unsafe; ours switch off what it fears. */
const harmless = {
  allowUnsafeConfigPaths: true,
  allowUnsafeAskPass: true,
  allowUnsafeEditor: true,
  allowUnsafePager: true,
  allowUnsafeSshCommand: true,
  allowUnsafeProtocolOverride: true,
};

function parseRefs(text: string): Ref[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => ({ sha: line.slice(0, 40), name: line.slice(41) }));
}
