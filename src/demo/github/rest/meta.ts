import type { Handlers } from "./call.ts";

export const metaHandlers: Handlers = {
  "meta/root": () => ({ status: 200, body: {} }),
  "meta/get": () => ({ status: 200, body: { verifiable_password_authentication: false } }),
  "rate-limit/get": ({ limits, authorization }) => {
    const core = limits.look(authorization);
    const search = { limit: 30, used: 0, remaining: 30, reset: core.reset };
    return { status: 200, body: { resources: { core, search }, rate: core } };
  },
};
