import { oneOf, path, wholeNumber, word } from "./kinds.ts";
import { optional, preset } from "./setting.ts";

/** The service on this machine. */
export const serviceSettings = {
  HOST: preset(word("a host name or an IP address", /^[A-Za-z0-9.:_-]{1,253}$/), "127.0.0.1", {
    about: "The address to listen on. Leave it on loopback and put a reverse proxy or a relay in front.",
    example: "127.0.0.1",
  }),
  PORT: preset(wholeNumber(0, 65_535), "3000", {
    about: "The port to listen on, for webhooks at /api/github/webhooks. 0 takes any free one and prints it.",
    example: "3000",
  }),
  COPPICE_HOME: optional(path, {
    about:
      "The folder for everything that Coppice keeps: its database, the repositories' objects, workspaces, sessions.",
    example: "~/.local/state/coppice",
    otherwise: "$XDG_STATE_HOME/coppice, or ~/.local/state/coppice",
  }),
  LOG_LEVEL: preset(oneOf("fatal", "error", "warn", "info", "debug", "trace", "silent"), "info", {
    about: "How much is logged.",
    example: "debug",
  }),
  LOG_FORMAT: preset(oneOf("auto", "json", "pretty"), "auto", {
    about: "How it is logged: for machines, for people, or whichever fits (`pretty` in a terminal, else `json`).",
    example: "json",
  }),
};
