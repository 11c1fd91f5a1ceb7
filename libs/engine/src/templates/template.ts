import { type Liquid, LiquidError, type Template as LiquidTemplate, toValueSync } from 'liquidjs';
import { charge } from '../meter.ts';
import { StepFailure } from '../step-failure.ts';
import { type Compiling, TooManyTags } from './compiling.ts';
import { textIn } from './filters.ts';
import { encoderOf, htmlLiquid, textLiquid } from './liquid.ts';
import { parseTemplate } from './parse.ts';
import { type Piece, piecesOf } from './pieces.ts';
import { RenderContext } from './render-context.ts';
import type { Scope } from './scope.ts';
import { watchOutputs } from './watch-outputs.ts';

/** Maximum number of characters of a variable's name in a warning. */
const maxNameLength = 255;

/** Bytes of the function that renders a text, and of its reference. */
const textBytes = 160;
/** Bytes of a piece: a part of the text, or the path of a variable with its names. */
const pieceBytes = 96;
const nameBytes = 96;

/** A compiled template. Throws StepFailure if it cannot be rendered. Missing variables become warnings. */
export type Template<T = string> = (scope: Scope) => T;

/** Whether a string contains template syntax. */
export function isTemplate(text: string): boolean {
  return text.includes('{{') || text.includes('{%');
}

/**
 * Returns the problem of a template as the end of a sentence; undefined if there is no problem. Rethrows the errors
 * that the meter throws.
 */
export function templateProblem(text: string, compiling: Compiling): string | undefined {
  if (!isTemplate(text)) return undefined;
  try {
    parsed(textLiquid, text, compiling);
    return undefined;
  } catch (error) {
    if (error instanceof NotATemplate) return error.reason;
    throw error;
  }
}

/** Compiles a template for plain text, with values unchanged. */
export function compileText(text: string, compiling: Compiling): Template {
  return compile(text, textLiquid, compiling);
}

/** Compiles a template for HTML. Escapes values unless the template says `| raw`. */
export function compileHtml(text: string, compiling: Compiling): Template {
  return compile(text, htmlLiquid, compiling);
}

/** A string is not a valid template. `reason` is the end of the error message. */
export class NotATemplate extends StepFailure {
  readonly reason: string;

  constructor(reason: string, options: ErrorOptions) {
    super(`a template could not be compiled: ${reason}`, options);
    this.reason = reason;
  }
}

/**
 * Compiles a template. All templates are compiled by this function. Charges the work and adds up the memory; see
 * `Compiling`. Throws NotATemplate, and rethrows the errors that the meter throws.
 */
function compile(text: string, liquid: Liquid, compiling: Compiling): Template {
  compiling.bytes += textBytes;
  if (!isTemplate(text)) {
    charge(compiling.meter, text.length + 1);
    return () => text;
  }
  const { bytes } = compiling;
  const templates = parsed(liquid, text, compiling);
  watchOutputs(templates);
  const pieces = piecesOf(templates);
  if (pieces === undefined) return rendererOf(liquid, templates);
  compiling.bytes = bytes + pieces.reduce((sum, piece) => sum + bytesOfPiece(piece), 0);
  return joinerOf(liquid, pieces);
}

// `rendererOf` and `joinerOf` are separate functions, because closures made by one function share every variable that
// any of them uses.

function rendererOf(liquid: Liquid, templates: LiquidTemplate[]): Template {
  return (scope) =>
    render(liquid, scope, (context) => String(toValueSync(liquid.renderer.renderTemplates(templates, context))));
}

function joinerOf(liquid: Liquid, pieces: readonly Piece[]): Template {
  return (scope) => render(liquid, scope, (context) => joined(pieces, context, liquid));
}

function bytesOfPiece(piece: Piece): number {
  return pieceBytes + (typeof piece === 'string' ? 0 : nameBytes * piece.length);
}

function parsed(liquid: Liquid, text: string, compiling: Compiling): LiquidTemplate[] {
  try {
    return parseTemplate(liquid, text, compiling);
  } catch (error) {
    if (error instanceof StepFailure || error instanceof TooManyTags) throw error;
    throw new NotATemplate(reasonOf(error), { cause: error });
  }
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

/** Removes characters that PostgreSQL cannot store, which escapes in strings and decoding filters can produce. */
function storable(text: string): string {
  return (text.includes('\0') ? text.replaceAll('\0', '') : text).toWellFormed();
}

/** Returns the original error. Liquid wraps it in one error of its own for each tag that encloses the place. */
function originOf(error: LiquidError): unknown {
  let origin: unknown = error;
  while (origin instanceof LiquidError && 'originalError' in origin) origin = origin.originalError;
  return origin;
}

/** Returns the first line of a Liquid error. The line contains no data, only text of the template. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n')[0]?.slice(0, 200) ?? 'unknown reason';
}
