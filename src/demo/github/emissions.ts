import type { Contract } from "./contract.ts";
import type { Deliveries } from "./deliveries.ts";
import { viewRepository } from "./views/repository.ts";
import { node, viewUser } from "./views/user.ts";
import type { Installation } from "./world/model.ts";
import { type Emission, installationOf, type World } from "./world/world.ts";

/** These reach every App; one cannot subscribe to them. */
const unasked = new Set(["installation", "installation_repositories", "installation_target", "ping"]);

/** Turns what happened into a whole webhook, holds it to the contract and sends it if the App is to know. */
export function createEmit(
  world: () => World,
  contract: Contract,
  deliveries: Deliveries,
  violations: string[],
): (emission: Emission) => void {
  return (emission) => {
    const { event, action, store, payload } = emission;
    const installation = emission.installation ?? (store && installationOf(world(), store));
    const whole = contract.completeWebhook(event, action, {
      ...(action !== undefined && { action }),
      ...payload,
      ...(store && { repository: viewRepository(world(), store) }),
      ...(installation && !("installation" in payload) && { installation: briefly(installation) }),
      sender: viewUser(world(), emission.sender),
    });
    violations.push(...contract.checkWebhook(event, action, whole));
    if (installation === undefined || !hears(installation, emission)) return;
    const repository = store?.repository.id;
    deliveries.send({ event, action, installation: installation.id, repository, payload: whole });
  };
}

const briefly = ({ id }: Installation): object => ({ id, node_id: node("MDIzOkludGVncmF0aW9uSW5zdGFsbGF0aW9u", id) });

function hears(installation: Installation, { event }: Emission): boolean {
  if (unasked.has(event)) return true;
  return installation.suspended === undefined && installation.events.includes(event);
}
