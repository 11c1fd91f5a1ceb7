import type { JsonObject, JsonValue } from '@drippulse/json';
import { objectOf } from '../json-value.ts';
import { charge, memberUnits } from '../meter.ts';
import type { Compiling } from './compiling.ts';
import type { Scope } from './scope.ts';
import { compileText, isTemplate, type Template } from './template.ts';

/** Bytes of a member whose text is a template, in addition to the bytes of the template. */
const memberBytes = 96;

/**
 * Compiles all strings in a JSON value. A rendered string stays a string, even if its only variable is of another type.
 */
export function compileJson(value: JsonValue, compiling: Compiling): Template<JsonValue> {
  return compileValue(value, compiling) ?? (() => value);
}

/** Compiles all strings in an object, as `compileJson` does. */
export function compileObject(value: JsonObject, compiling: Compiling): Template<JsonObject> {
  return compileMembers(value, compiling) ?? (() => value);
}

/**
 * Compiles a value, visiting each part once. Returns undefined for a value without templates, because its rendering
 * equals the value itself.
 */
function compileValue(value: JsonValue, compiling: Compiling): Template<JsonValue> | undefined {
  charge(compiling.meter, memberUnits);
  if (typeof value === 'string') return isTemplate(value) ? compileText(value, compiling) : undefined;
  if (Array.isArray(value)) return compileItems(value, compiling);
  const object = objectOf(value);
  return object && compileMembers(object, compiling);
}

function compileItems(items: readonly JsonValue[], compiling: Compiling): Template<JsonValue> | undefined {
  const rendered = compileEach(items.entries(), compiling);
  if (rendered.length === 0) return undefined;
  return (scope) => {
    const copy = [...items];
    for (const [index, render] of rendered) copy[index] = render(scope);
    return copy;
  };
}

function compileMembers(object: JsonObject, compiling: Compiling): Template<JsonObject> | undefined {
  const rendered = compileEach(Object.entries(object), compiling);
  if (rendered.length === 0) return undefined;
  return (scope: Scope) => {
    const copy = { ...object };
    for (const [key, render] of rendered) copy[key] = render(scope);
    return copy;
  };
}

/** Compiles the templates among values, by their keys. */
function compileEach<Key>(
  entries: Iterable<[Key, JsonValue]>,
  compiling: Compiling,
): (readonly [Key, Template<JsonValue>])[] {
  const rendered: (readonly [Key, Template<JsonValue>])[] = [];
  for (const [key, value] of entries) {
    const render = compileValue(value, compiling);
    if (render === undefined) continue;
    compiling.bytes += memberBytes;
    rendered.push([key, render]);
  }
  return rendered;
}
