import { KnownError } from "../../src/errors.ts";

export type Call = () => Promise<unknown>;

/** What answers at once and can't fail. */
const instant = new Set(["attachCommand", "isWalled"]);

/** The port with every call of it led through `wrap`. */
export function around<Port extends object>(
  port: Port,
  wrap: (name: string, call: Call, values: readonly unknown[]) => Promise<unknown>,
): Port {
  return new Proxy(port, {
    get(target, name, receiver) {
      const found: unknown = Reflect.get(target, name, receiver);
      if (typeof found !== "function" || instant.has(String(name))) return found;
      return (...values: unknown[]) =>
        wrap(String(name), async () => await Reflect.apply(found, target, values), values);
    },
  });
}

/** The port with calls that fail by chance: half of them before their work is done, half of them after. */
export function flaky<Port extends object>(port: Port, random: () => number, chance: number): Port {
  return around(port, async (name, call) => {
    const dice = random();
    if (dice < chance / 2) throw outage(name, "before");
    const answer = await call();
    if (dice < chance) throw outage(name, "after");
    return answer;
  });
}

function outage(name: string, when: string): KnownError {
  return new KnownError("OUTAGE", `${name} failed`, { retry: "later", cause: `on purpose, ${when} its work` });
}
