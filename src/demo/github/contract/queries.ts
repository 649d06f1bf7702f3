import { readFileSync } from "node:fs";
import { buildSchema, getVariableValues, GraphQLError, type GraphQLSchema, Kind, parse, validate } from "graphql";
import { z } from "zod";

let loaded: GraphQLSchema | undefined;

/** What Coppice uses of GitHub's own GraphQL schema, cut by `scripts/prune-graphql.ts`. */
export function loadSchema(): GraphQLSchema {
  loaded ??= buildSchema(readFileSync(new URL("./github-api.graphql", import.meta.url), "utf8"));
  return loaded;
}

export const querySchema = z.object({
  query: z.string(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  operationName: z.string().nullish(),
});

export type Query = z.infer<typeof querySchema>;

/** Complaints about a request to GraphQL, none when all is well: unknown names, wrong types, missing variables. */
export function checkQuery(body: unknown): readonly string[] {
  const query = querySchema.safeParse(body);
  if (!query.success) return ["graphql: the body must have a query"];
  try {
    return complaints(query.data).map((complaint) => `graphql: ${complaint}`);
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return [`graphql: ${error.message}`];
  }
}

function complaints({ query, variables }: Query): readonly string[] {
  const schema = loadSchema();
  const document = parse(query);
  const errors = validate(schema, document);
  if (errors.length > 0) return errors.map(({ message }) => message);
  return document.definitions.flatMap((definition) => {
    if (definition.kind !== Kind.OPERATION_DEFINITION) return [];
    const { errors: wrong = [] } = getVariableValues(schema, definition.variableDefinitions ?? [], variables ?? {});
    return wrong.map(({ message }) => message);
  });
}

/** The names of what a request asks for at the top, for the log of requests; none if it cannot be read. */
export function fieldsOf(body: string): string[] {
  try {
    const { query } = querySchema.parse(JSON.parse(body));
    return parse(query).definitions.flatMap((definition) =>
      definition.kind === Kind.OPERATION_DEFINITION
        ? definition.selectionSet.selections.flatMap((each) => (each.kind === Kind.FIELD ? [each.name.value] : []))
        : [],
    );
  } catch (error) {
    if (error instanceof GraphQLError || error instanceof SyntaxError || error instanceof z.ZodError) return [];
    throw error;
  }
}
