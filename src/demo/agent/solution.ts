import type { Memory } from "./memory.ts";
import type { Step } from "./step.ts";

/** How the demo agent deals with one issue. */
export interface Solution {
  /** Which issues it is for, by their title. */
  readonly title: RegExp;
  /** Depends on nothing but the memory, and only grows while answers come in: a resumed session counts its steps. */
  readonly work: (memory: Memory) => readonly Step[];
  /** What it does when the repository's checks fail. */
  readonly mend: readonly Step[];
  /** What it does when somebody says something else. */
  readonly review: readonly Step[];
  /** How it hands in; said again after each round. */
  readonly submit: (memory: Memory) => Step;
}
