import { z } from "zod";
import { viewLabel } from "../views/issue.ts";
import { notFound } from "../world/errors.ts";
import { addLabels, createLabel, deleteLabel, editLabel, findLabel, setLabels, takeLabel } from "../world/labels.ts";
import type { Label } from "../world/model.ts";
import { get } from "../world/world.ts";
import { type Answer, type Call, type Handlers, number, paged } from "./call.ts";

const namesSchema = z
  .object({ labels: z.array(z.union([z.string(), z.object({ name: z.string() })])) })
  .transform(({ labels }) => labels.map((label) => (typeof label === "string" ? label : label.name)));

const labelSchema = z.object({
  name: z.string(),
  color: z.string().optional(),
  description: z.string().nullish(),
});

const changesSchema = z.object({
  new_name: z.string().optional(),
  color: z.string().optional(),
  description: z.string().nullish(),
});

export const labelHandlers: Handlers = {
  "issues/list-labels-for-repo": (call) => paged(call, [...call.store().labels.values()], viewIn(call)),
  "issues/list-labels-on-issue": (call) => paged(call, labelsOn(call), viewIn(call)),
  "issues/get-label": (call) => ({ status: 200, body: viewIn(call)(named(call)) }),
  "issues/create-label": (call) => {
    const label = createLabel(call.world, call.store(), call.actor(), labelSchema.parse(call.body));
    return { status: 201, body: viewIn(call)(label) };
  },
  "issues/update-label": (call) => {
    const { new_name, color, description } = changesSchema.parse(call.body ?? {});
    const label = editLabel(call.world, call.store(), call.actor(), named(call).id, {
      ...(new_name !== undefined && { name: new_name }),
      ...(color !== undefined && { color }),
      ...(description !== undefined && { description }),
    });
    return { status: 200, body: viewIn(call)(label) };
  },
  "issues/delete-label": (call) => {
    deleteLabel(call.world, call.store(), call.actor(), named(call).id);
    return { status: 204 };
  },
  "issues/add-labels": (call) => {
    addLabels(call.world, call.store(), call.actor(), number(call, "issue_number"), namesSchema.parse(call.body));
    return all(call);
  },
  "issues/set-labels": (call) => {
    setLabels(call.world, call.store(), call.actor(), number(call, "issue_number"), namesSchema.parse(call.body));
    return all(call);
  },
  "issues/remove-all-labels": (call) => {
    setLabels(call.world, call.store(), call.actor(), number(call, "issue_number"), []);
    return { status: 204 };
  },
  "issues/remove-label": (call) => {
    takeLabel(call.world, call.store(), call.actor(), number(call, "issue_number"), call.params["name"] ?? "");
    return all(call);
  },
};

const viewIn =
  (call: Call) =>
  (label: Label): unknown =>
    viewLabel(call.world, call.store(), label);

const all = (call: Call): Answer => ({ status: 200, body: labelsOn(call).map(viewIn(call)) });

function labelsOn(call: Call): Label[] {
  const { issues, labels } = call.store();
  return get(issues, number(call, "issue_number")).labels.map((id) => get(labels, id));
}

function named(call: Call): Label {
  const label = findLabel(call.store(), call.params["name"] ?? "");
  if (label === undefined) throw notFound();
  return label;
}
