import type { JsonObject, JsonValue } from '@drippulse/json';
import { z } from 'zod';
import { objectOf } from './json-value.ts';
import { isTemplate } from './templates/template.ts';

/**
 * A value that is checked separately from the form of its container: a template, or a rule about events. Zod checks
 * only forms, so that stored values can be read again without parsing their templates.
 */
export type Place = { path: PropertyKey[] } & ({ template: string } | { rule: JsonValue });

/** Finds the places in a value. */
export type FindPlaces = (value: JsonValue) => Place[];

/**
 * The marks of schemas. `texts`: every string in the value that looks like a template is a template. `rule`: the value
 * is a rule about events.
 */
const marks = z.registry<{ mark: 'texts' | 'rule' }>();

/** Marks a schema for `placesIn`. */
export function marked<Schema extends z.ZodType>(schema: Schema, mark: 'texts' | 'rule'): Schema {
  marks.add(schema, { mark });
  return schema;
}

/**
 * Returns a function that finds the places in values of a schema. The function follows the JSON Schema that zod
 * generates from the schema.
 */
export function placesIn(schema: z.ZodType): FindPlaces {
  const described = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override({ zodSchema, jsonSchema }) {
      const mark = marks.get(zodSchema)?.mark;
      if (mark !== undefined) jsonSchema['x-mark'] = mark;
    },
  });
  const visit = visitorOf(JSON.parse(JSON.stringify(described)));
  return (value) => {
    const found: Place[] = [];
    visit?.(value, [], found);
    return found;
  };
}

/**
 * Visits a value. The path is one array that grows and shrinks, because copying it for each value would take most of
 * the time.
 */
type Visit = (value: JsonValue, path: PropertyKey[], found: Place[]) => void;

/** Returns the visitor of a schema; undefined for a schema without places. */
function visitorOf(schema: JsonObject): Visit | undefined {
  if (schema['x-mark'] === 'texts') return visitTexts;
  if (schema['format'] === 'template') return visitText;
  const visits = [...visitorsOfParts(schema)];
  if (schema['x-mark'] === 'rule') visits.unshift((rule, path, found) => found.push({ path: [...path], rule }));
  if (visits.length === 0) return undefined;
  return (value, path, found) => {
    for (const visit of visits) visit(value, path, found);
  };
}

function* visitorsOfParts(schema: JsonObject): Generator<Visit> {
  for (const option of [schema['anyOf'], schema['allOf']].flat()) {
    const visit = visitorIn(option);
    if (visit !== undefined) yield visit;
  }
  const visitItem = visitorIn(schema['items']);
  if (visitItem !== undefined) yield (value, path, found) => visitItems(value, path, found, visitItem);
  const visitMember = visitorIn(schema['additionalProperties']);
  if (visitMember !== undefined) yield (value, path, found) => visitMembers(value, path, found, visitMember);
  for (const [name, property] of Object.entries(objectOf(schema['properties']) ?? {})) {
    const visit = visitorIn(property);
    if (visit !== undefined) yield (value, path, found) => visitNamed(name, value, path, found, visit);
  }
}

function visitorIn(schema: JsonValue | undefined): Visit | undefined {
  const object = objectOf(schema);
  return object && visitorOf(object);
}

function visitText(value: JsonValue, path: PropertyKey[], found: Place[]): void {
  if (typeof value === 'string' && isTemplate(value)) found.push({ path: [...path], template: value });
}

function visitTexts(value: JsonValue, path: PropertyKey[], found: Place[]): void {
  visitText(value, path, found);
  visitItems(value, path, found, visitTexts);
  visitMembers(value, path, found, visitTexts);
}

function visitItems(value: JsonValue, path: PropertyKey[], found: Place[], visit: Visit): void {
  if (!Array.isArray(value)) return;
  for (const [index, item] of value.entries()) visitAt(index, item, path, found, visit);
}

function visitMembers(value: JsonValue, path: PropertyKey[], found: Place[], visit: Visit): void {
  for (const [name, member] of Object.entries(objectOf(value) ?? {})) visitAt(name, member, path, found, visit);
}

/**
 * Visits only the named member. An object may have so many other members that visiting all of them would be much work.
 */
function visitNamed(name: string, value: JsonValue, path: PropertyKey[], found: Place[], visit: Visit): void {
  const object = objectOf(value);
  const member = object !== undefined && Object.hasOwn(object, name) ? object[name] : undefined;
  if (member !== undefined) visitAt(name, member, path, found, visit);
}

function visitAt(key: PropertyKey, value: JsonValue, path: PropertyKey[], found: Place[], visit: Visit): void {
  path.push(key);
  visit(value, path, found);
  path.pop();
}
