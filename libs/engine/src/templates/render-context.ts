import { isRawNumber } from '@drippulse/json';
import { Context, type Liquid } from 'liquidjs';
import type { Scope } from './scope.ts';

/**
 * The variables of one rendering. Records missing variables, shows numbers with all their digits, and charges for reading,
 * because a comparison of long texts costs even if nothing is written.
 */
export class RenderContext extends Context {
  readonly missing = new Set<string>();
  /** Whether an output is being evaluated. Only its missing variables are worth a warning. */
  isWatching = false;
  readonly scope: Scope;

  constructor(scope: Scope, liquid: Liquid) {
    super(scope.data, liquid.options, { sync: true }, scope.memory && { memoryLimit: scope.memory });
    scope.memory ??= this.memoryLimit;
    this.scope = scope;
  }

  /** Charges the length of a text or an array to the step's allowance. Throws when it is used up. */
  charge(value: unknown): void {
    if (typeof value === 'string' || Array.isArray(value)) this.memoryLimit.use(value.length);
  }

  override *_getFromScope(
    scope: unknown,
    paths: Parameters<Context['_getFromScope']>[1],
    strictVariables?: boolean,
  ): IterableIterator<unknown> {
    const value: unknown = yield super._getFromScope(scope, paths, strictVariables);
    return this.found(value, paths);
  }

  /** The value at a path of plain names. The same as evaluating them, in a tenth of the time. */
  lookUp(names: string[]): unknown {
    let value = this.environments;
    for (const name of names) value = this.readProperty(value, name);
    this.isWatching = true;
    const found = this.found(value, names);
    this.isWatching = false;
    return found;
  }

  private found(value: unknown, paths: Parameters<Context['_getFromScope']>[1]): unknown {
    if (this.isWatching && (value === undefined || value === null)) {
      this.missing.add(typeof paths === 'string' ? paths : paths.join('.'));
    }
    this.charge(value);
    return readable(value);
  }
}

/** Turns a number with many digits into text, because Liquid's filters know only plain values. */
function readable(value: unknown): unknown {
  if (isRawNumber(value)) return value.rawJSON;
  if (Array.isArray(value) && value.some(isRawNumber)) return value.map(readable);
  return value;
}
