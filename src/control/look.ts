import { slotOf } from "../core/assign.ts";
import { type Sight, unseen } from "../core/sight.ts";
import type { Task } from "../core/task.ts";
import type { WantedSight, World } from "./ports.ts";

/** Agents are asked for their own state only after they were silent for a while: it costs half a second each time. */
const silentMs = 15_000;

/** What a pass has to know of the world for a task in this phase; the rest stays unknown. */
export async function look(task: Task, isForgeWanted: boolean, world: World): Promise<Sight> {
  const { at } = task.phase;
  const [forge, admission, runner, slot] = await Promise.all([
    isForgeWanted ? world.forge.look(task) : ("unknown" as const),
    at === "asked" ? world.forge.admit(task) : ("unknown" as const),
    at === "asked" || at === "queued" ? undefined : world.runner.look(task, wanted(task, world.nowMs())),
    at === "queued" ? lookForSlot(task, world) : unseen.slot,
  ]);
  return { ...unseen, ...runner, forge, admission, slot, attach: world.runner.attachCommand(task) };
}

async function lookForSlot(task: Task, world: World) {
  return slotOf(task.id, await world.store.roster(), world.operator);
}

/** Looks cost processes: each phase names what it decides from. */
function wanted(task: Task, nowMs: number): WantedSight {
  const { phase, run, policy } = task;
  const isRunning = phase.at === "working" || phase.at === "waiting";
  const mayBeDone = run?.turn === "idle" || run?.submitted !== undefined;
  return {
    workspace:
      phase.at === "preparing" || phase.at === "delivering" || phase.at === "ending" || (isRunning && mayBeDone),
    session: phase.at !== "preparing",
    agent: isRunning && nowMs - (run?.lastSignMs ?? 0) > silentMs,
    setup: phase.at === "preparing" && policy.setup.length > 0,
    checks: phase.at === "checking" && policy.verify.length > 0,
    usage: mayBeDone && (isRunning || phase.at === "checking" || phase.at === "delivering"),
  };
}
