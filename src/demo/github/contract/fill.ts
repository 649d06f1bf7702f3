/** What occurs of JSON Schema in the contract. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly minimum?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

interface Fit {
  readonly value: unknown;
  /** How much had to be invented, left out or was wrong; the branch of a union with the least of it is meant. */
  readonly cost: number;
}

const invented = 1;
const leftOut = 20;
const wrong = 1000;

/**
 * Cuts a value to a schema: what the schema does not name is left out, what it requires and the value lacks becomes the
 * emptiest thing that is allowed. What does not fit stays as it is, for the validator to complain about.
 */
export function createFill(resolve: (ref: string) => Schema): (schema: Schema, value: unknown) => unknown {
  const flattened = new WeakMap<Schema, Schema>();

  function fit(schema: Schema, value: unknown): Fit {
    const flat = flatten(schema);
    const branches = flat.oneOf ?? flat.anyOf;
    if (branches === undefined) return fitPlain(flat, value);
    const { oneOf: _one, anyOf: _any, ...base } = flat;
    const whole = Object.keys(base).length === 0;
    const fits = branches.map((branch) => fit(whole ? branch : cachedBoth(flat, base, branch), value));
    return fits.reduce((best, next) => (next.cost < best.cost ? next : best));
  }

  const both = new WeakMap<Schema, WeakMap<Schema, Schema>>();
  function cachedBoth(key: Schema, base: Schema, branch: Schema): Schema {
    const known = both.get(key) ?? new WeakMap<Schema, Schema>();
    both.set(key, known);
    const merged = known.get(branch) ?? { allOf: [base, branch] };
    known.set(branch, merged);
    return merged;
  }

  function flatten(schema: Schema): Schema {
    const known = flattened.get(schema);
    if (known !== undefined) return known;
    const flat = flattenOnce(schema);
    flattened.set(schema, flat);
    return flat;
  }

  function flattenOnce(schema: Schema): Schema {
    if (schema.$ref !== undefined) return flatten(resolve(schema.$ref));
    if (schema.allOf === undefined) return schema;
    const { allOf, ...rest } = schema;
    return [rest, ...allOf].map(flatten).reduce(merge);
  }

  function fitPlain(schema: Schema, value: unknown): Fit {
    const types = [schema.type ?? []].flat();
    if (value === undefined) return { value: emptiest(schema, types), cost: invented };
    if (value === null)
      return types.includes("null") || types.length === 0 ? { value, cost: 0 } : { value, cost: wrong };
    if (schema.enum !== undefined && !schema.enum.includes(value)) return { value, cost: wrong };
    if (types.length > 0 && !types.some((type) => isOf(type, value))) return { value, cost: wrong };
    if (Array.isArray(value)) return fitArray(schema, value);
    return typeof value === "object" ? fitObject(schema, value) : { value, cost: 0 };
  }

  function fitArray(schema: Schema, values: readonly unknown[]): Fit {
    const { items } = schema;
    if (items === undefined) return { value: values, cost: 0 };
    const fits = values.map((value) => fit(items, value));
    return { value: fits.map((each) => each.value), cost: fits.reduce((sum, each) => sum + each.cost, 0) };
  }

  function fitObject(schema: Schema, value: object): Fit {
    const { properties = {}, additionalProperties: other } = schema;
    const isFree = other === true || typeof other === "object" || schema.properties === undefined;
    const filled = new Map<string, unknown>();
    let cost = 0;
    for (const [key, each] of Object.entries(value)) {
      const property = properties[key];
      if (each === undefined) continue;
      if (property === undefined && !isFree) {
        cost += leftOut;
        continue;
      }
      const part = property === undefined ? { value: each as unknown, cost: 0 } : fit(property, each);
      // Here a user's missing name is null, there it must not be said at all.
      if (each === null && part.cost >= wrong) continue;
      filled.set(key, part.value);
      cost += part.cost;
    }
    for (const key of schema.required ?? []) {
      if (filled.has(key)) continue;
      filled.set(key, fit(properties[key] ?? {}, undefined).value);
      cost += invented;
    }
    return { value: Object.fromEntries(filled), cost };
  }

  function emptiest(schema: Schema, types: readonly string[]): unknown {
    if (types.includes("null")) return null;
    if (schema.enum !== undefined) return schema.enum[0];
    if (types.includes("array")) return [];
    if (types.includes("object") || schema.properties !== undefined) return fitObject(schema, {}).value;
    if (types.includes("boolean")) return false;
    if (types.includes("string")) return emptyText(schema.format);
    return types.length === 0 ? null : (schema.minimum ?? 0);
  }

  return (schema, value) => fit(schema, value).value;
}

function merge(one: Schema, two: Schema): Schema {
  const properties: Record<string, Schema> = { ...one.properties };
  for (const [key, schema] of Object.entries(two.properties ?? {})) {
    properties[key] = properties[key] === undefined ? schema : { allOf: [properties[key], schema] };
  }
  const required = [...(one.required ?? []), ...(two.required ?? [])];
  const merged = { ...one, ...two, required };
  return Object.keys(properties).length > 0 ? { ...merged, properties } : merged;
}

function emptyText(format: string | undefined): string {
  if (format === "date-time") return "1970-01-01T00:00:00Z";
  return format === "uri" ? "http://localhost/" : "";
}

function isOf(type: string, value: unknown): boolean {
  if (type === "integer") return Number.isInteger(value);
  if (type === "array") return Array.isArray(value);
  if (type === "object") return typeof value === "object" && value !== null && !Array.isArray(value);
  return typeof value === type;
}
