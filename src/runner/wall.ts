/** What stands between an agent (or a repository's own commands) and the machine. */
export interface Wall {
  readonly kind: "bubblewrap" | "none";
  /** The argv that runs `command` on the agent's side. Throws KnownError when this wall can't be built here. */
  enter(room: Room, command: readonly [string, ...string[]]): readonly [string, ...string[]];
}

/** What a command may touch. All paths are absolute and exist; of two nested paths the deeper one decides. */
export interface Room {
  readonly cwd: string;
  readonly writable: readonly string[];
  readonly readable: readonly string[];
  readonly network: "none" | "allowed";
}

/** No wall at all: only for repositories whose operator said so by name. */
export const openWall: Wall = { kind: "none", enter: (_room, command) => command };
