/**
 * Makes `src/demo/github/contract/github-api.graphql`: what Coppice uses of GitHub's own GraphQL schema, with every
 * type, argument and nullability as GitHub has it. Run it by hand when the list below grows:
 * `node scripts/prune-graphql.ts`, then `npm run format`.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type DefinitionNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
  Kind,
  parse,
  print,
  type TypeNode,
} from "graphql";

const source = "@octokit/graphql-schema@15.26.1";
const target = new URL("../src/demo/github/contract/github-api.graphql", import.meta.url);

/** Objects and interfaces with the fields that are wanted; enums, scalars and inputs come along by themselves. */
const wanted: Readonly<Record<string, string>> = {
  Query: "id node repository viewer",
  Mutation: `resolveReviewThread unresolveReviewThread markPullRequestReadyForReview convertPullRequestToDraft
    addPullRequestReviewThreadReply`,
  Node: "id",
  Actor: "login url",
  User: "id login url databaseId name",
  Bot: "id login url databaseId",
  Repository: "id databaseId name nameWithOwner url pullRequest issue",
  Issue: "id databaseId number title body state url createdAt userContentEdits",
  UserContentEditConnection: "nodes totalCount pageInfo",
  UserContentEdit: "id editedAt editor",
  IssueConnection: "nodes totalCount pageInfo",
  PullRequest: `id databaseId fullDatabaseId number title body state url isDraft merged mergeable author headRefName
    headRefOid baseRefName reviewThreads closingIssuesReferences`,
  PullRequestReviewThreadConnection: "nodes edges totalCount pageInfo",
  PullRequestReviewThreadEdge: "cursor node",
  PullRequestReviewThread: `id isResolved isOutdated path line startLine originalLine diffSide subjectType resolvedBy
    comments pullRequest viewerCanResolve`,
  PullRequestReviewCommentConnection: "nodes totalCount pageInfo",
  PullRequestReviewComment:
    "id databaseId fullDatabaseId body author path createdAt url replyTo pullRequestReview viewerDidAuthor",
  PullRequestReview: "id databaseId fullDatabaseId state body author",
  PageInfo: "endCursor hasNextPage hasPreviousPage startCursor",
  ResolveReviewThreadPayload: "clientMutationId thread",
  UnresolveReviewThreadPayload: "clientMutationId thread",
  MarkPullRequestReadyForReviewPayload: "clientMutationId pullRequest",
  ConvertPullRequestToDraftPayload: "clientMutationId pullRequest",
  AddPullRequestReviewThreadReplyPayload: "clientMutationId comment",
};

function fetchSchema(): string {
  const folder = mkdtempSync(join(tmpdir(), "coppice-contract-"));
  try {
    const archive = execFileSync("npm", ["pack", "--silent", source], { cwd: folder, encoding: "utf8" }).trim();
    execFileSync("tar", ["xzf", archive, "package/schema.graphql"], { cwd: folder });
    return readFileSync(join(folder, "package/schema.graphql"), "utf8");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const nameOf = (type: TypeNode): string => (type.kind === Kind.NAMED_TYPE ? type.name.value : nameOf(type.type));

const bare = <T extends object>(definition: T): T => ({ ...definition, description: undefined, directives: [] });

const bareInput = (input: InputValueDefinitionNode): InputValueDefinitionNode => bare(input);

function bareField(field: FieldDefinitionNode): FieldDefinitionNode {
  return { ...bare(field), arguments: (field.arguments ?? []).map(bareInput) };
}

/** The definition with only what is wanted of it, and the names of the types that this needs. */
function prune(definition: DefinitionNode): { readonly kept: DefinitionNode; readonly needs: readonly string[] } {
  switch (definition.kind) {
    case Kind.OBJECT_TYPE_DEFINITION:
    case Kind.INTERFACE_TYPE_DEFINITION: {
      const names = new Set((wanted[definition.name.value] ?? "").split(/\s+/));
      const fields = (definition.fields ?? []).filter((field) => names.delete(field.name.value)).map(bareField);
      if (names.size > 0) throw new Error(`${definition.name.value} has no ${[...names].join(", ")}`);
      const interfaces = (definition.interfaces ?? []).filter((each) => each.name.value in wanted);
      const needs = fields.flatMap((field) => [field.type, ...(field.arguments ?? []).map(({ type }) => type)]);
      return { kept: { ...bare(definition), fields, interfaces }, needs: needs.map(nameOf) };
    }
    case Kind.INPUT_OBJECT_TYPE_DEFINITION: {
      const fields = (definition.fields ?? []).map(bareInput);
      return { kept: { ...bare(definition), fields }, needs: fields.map(({ type }) => nameOf(type)) };
    }
    case Kind.ENUM_TYPE_DEFINITION:
      return { kept: { ...bare(definition), values: (definition.values ?? []).map(bare) }, needs: [] };
    case Kind.SCALAR_TYPE_DEFINITION:
      return { kept: bare(definition), needs: [] };
    default:
      throw new Error(`no use for a ${definition.kind}`);
  }
}

const builtIn = new Set(["Int", "Float", "String", "Boolean", "ID"]);

const definitions = new Map(
  parse(fetchSchema()).definitions.flatMap((each) => ("name" in each && each.name ? [[each.name.value, each]] : [])),
);
const kept: DefinitionNode[] = [];
const queue = Object.keys(wanted);
const seen = new Set(builtIn);
for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
  if (seen.has(name)) continue;
  seen.add(name);
  const definition = definitions.get(name);
  if (definition === undefined) throw new Error(`no ${name} in ${source}`);
  const pruned = prune(definition);
  kept.push(pruned.kept);
  queue.push(...pruned.needs);
}
const head = `# Cut from ${source} (MIT) by scripts/prune-graphql.ts\n\n`;
writeFileSync(target, `${head}${print({ kind: Kind.DOCUMENT, definitions: kept })}\n`);
console.log(`${kept.length} types`);
