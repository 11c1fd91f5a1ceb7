import type { JsonObject, JsonValue } from '@drippulse/json';
import { type Liquid, LiquidError, toValueSync } from 'liquidjs';
import { objectOf } from '../json-value.ts';
import { StepFailure } from '../step-failure.ts';
import { textIn } from './filters.ts';
import { encoderOf, htmlLiquid, textLiquid } from './liquid.ts';
import { parseTemplate } from './parse.ts';
import { type Piece, piecesOf } from './pieces.ts';
import { RenderContext } from './render-context.ts';
import type { Scope } from './scope.ts';
import { watchOutputs } from './watch-outputs.ts';

/** Most characters of a variable's name in a warning. */
const maxNameLength = 255;

/** A compiled template. Throws StepFailure if it can't be rendered. Missing variables become warnings. */
export type Template<T = string> = (scope: Scope) => T;

/** Whether a text contains template syntax. */
export function isTemplate(text: string): boolean {
  return text.includes('{{') || text.includes('{%');
}

/** The problem of a template as the end of a sentence, or undefined. */
export function templateProblem(text: string): string | undefined {
  if (!isTemplate(text)) return undefined;
  try {
    parseTemplate(textLiquid, text);
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

/** Compiles a template for plain text, with values unchanged. */
export function compileText(text: string): Template {
  return compile(text, textLiquid);
}

/** Compiles a template for HTML. Escapes values unless the template says `| raw`. */
export function compileHtml(text: string): Template {
  return compile(text, htmlLiquid);
}

/** Compiles all strings in a JSON value. A rendered string stays a string, whatever the variable is. */
export function compileJson(value: JsonValue): Template<JsonValue> {
  if (typeof value === 'string') return compileText(value);
  if (!holdsTemplate(value)) return () => value;
  if (Array.isArray(value)) {
    const items = value.map(compileJson);
    return (scope) => items.map((item) => item(scope));
  }
  const object = objectOf(value);
  return object ? compileObject(object) : () => value;
}

/** The same as `compileJson` for an object. */
export function compileObject(value: JsonObject): Template<JsonObject> {
  const members = Object.entries(value).map(([key, member]) => [key, compileJson(member)] as const);
  return (scope) => Object.fromEntries(members.map(([key, render]) => [key, render(scope)]));
}

/** Whether a string in a JSON value is a template. */
function holdsTemplate(value: JsonValue): boolean {
  if (typeof value === 'string') return isTemplate(value);
  if (Array.isArray(value)) return value.some(holdsTemplate);
  return Object.values(objectOf(value) ?? {}).some(holdsTemplate);
}

function compile(text: string, liquid: Liquid): Template {
  if (!isTemplate(text)) return () => text;
  const parsed = parseTemplate(liquid, text);
  watchOutputs(parsed);
  const pieces = piecesOf(parsed);
  if (pieces) return (scope) => render(liquid, scope, (context) => joined(pieces, context, liquid));
  return (scope) =>
    render(liquid, scope, (context) => String(toValueSync(liquid.renderer.renderTemplates(parsed, context))));
}

function joined(pieces: readonly Piece[], context: RenderContext, liquid: Liquid): string {
  const encode = encoderOf(liquid);
  let text = '';
  for (const piece of pieces) {
    const written = typeof piece === 'string' ? piece : encode(textIn(context, context.lookUp(piece)));
    if (typeof piece !== 'string') context.charge(written.length);
    text += written;
  }
  return text;
}

function render(liquid: Liquid, scope: Scope, write: (context: RenderContext) => string): string {
  const context = new RenderContext(scope, liquid);
  try {
    const text = storable(write(context));
    for (const name of context.missing)
      scope.warnings.add(`${name.slice(0, maxNameLength)} is missing and was rendered empty`);
    return text;
  } catch (error) {
    const cause = error instanceof LiquidError ? originOf(error) : error;
    throw new StepFailure(`a template could not be rendered: ${reasonOf(error)}`, { cause });
  }
}

/** Removes characters that PostgreSQL can't store, which escapes in strings and decoding filters can produce. */
function storable(text: string): string {
  return (text.includes('\0') ? text.replaceAll('\0', '') : text).toWellFormed();
}

/** The error that Liquid wraps in errors of its own, one for each tag around the place. */
function originOf(error: LiquidError): unknown {
  let origin: unknown = error;
  while (origin instanceof LiquidError && 'originalError' in origin) origin = origin.originalError;
  return origin;
}

/** The first line of a Liquid error. It contains no data, only text of the template. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n')[0]?.slice(0, 200) ?? 'unknown reason';
}
