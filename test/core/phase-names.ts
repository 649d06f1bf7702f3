import type { PhaseName } from "../../src/core/task.ts";

const all: Record<PhaseName, true> = {
  asked: true,
  queued: true,
  preparing: true,
  working: true,
  waiting: true,
  paused: true,
  checking: true,
  delivering: true,
  "in-review": true,
  stopped: true,
  ending: true,
  done: true,
};

export const phaseNames = Object.keys(all).filter((name): name is PhaseName => name in all);
