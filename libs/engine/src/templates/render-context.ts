import { isRawNumber } from '@drippulse/json';
import { Context, type Liquid } from 'liquidjs';
import { objectOf } from '../json-value.ts';
import { charge, chargeReading, type Meter, memberUnits } from '../meter.ts';
import type { Scope } from './scope.ts';

/** Meter units charged for a tag or an output, in addition to the work that it does. */
const templateUnits = 128;
/** Meter units charged for reading a variable. */
const variableUnits = 8;

/**
 * The variables of one rendering. Records missing variables, shows numbers with all their digits, and charges for
 * reading: a comparison of long texts costs work even if nothing is written.
 */
export class RenderContext extends Context {
  readonly missing = new Set<string>();
  /** Whether an output is being evaluated. Only missing variables of outputs cause a warning. */
  isWatching = false;
  readonly scope: Scope;

  constructor(scope: Scope, liquid: Liquid) {
    const limiter = limiterOf(scope);
    super(scope.data, liquid.options, { sync: true }, { memoryLimit: limiter, renderLimit: limiter });
    this.scope = scope;
  }

  /** Charges work to the step. Throws when the step's budget is used up. */
  charge(units: number): void {
    charge(this.scope.meter, units);
  }

  /** Charges the reading of a whole value with all its parts. */
  chargeReading(value: unknown, factor?: number): void {
    chargeReading(this.scope.meter, value, factor);
  }

  override *_getFromScope(
    scope: unknown,
    paths: Parameters<Context['_getFromScope']>[1],
    strictVariables?: boolean,
  ): IterableIterator<unknown> {
    const value: unknown = yield super._getFromScope(scope, paths, strictVariables);
    return this.found(value, paths);
  }

  /** Reads a property. It caches the number of members, because Liquid counts the members of an object each time. */
  override readProperty(holder: object, key: Parameters<Context['readProperty']>[1]): unknown {
    const object = key === 'size' ? objectOf(holder) : undefined;
    if (object === undefined || Object.hasOwn(object, 'size')) return super.readProperty(holder, key);
    this.scope.sizes ??= new Map();
    let size = this.scope.sizes.get(object);
    if (size === undefined) {
      size = Object.keys(object).length;
      this.charge(size * memberUnits);
      this.scope.sizes.set(object, size);
    }
    return size;
  }

  /**
   * Returns the value at a path of plain names. The result equals Liquid's evaluation of the path, in a tenth of the
   * time.
   */
  lookUp(names: string[]): unknown {
    let value: unknown = this.environments;
    // Liquid accepts a value of any type here.
    for (const name of names) value = this.readProperty(value as object, name);
    this.isWatching = true;
    const found = this.found(value, names);
    this.isWatching = false;
    return found;
  }

  private found(value: unknown, paths: Parameters<Context['_getFromScope']>[1]): unknown {
    if (this.isWatching && (value === undefined || value === null)) {
      this.missing.add(typeof paths === 'string' ? paths : paths.join('.'));
    }
    const length = typeof value === 'string' || Array.isArray(value) ? value.length : 0;
    this.charge(variableUnits + length);
    return readable(value);
  }
}

/** Returns the context that Liquid passes to a filter or operator. */
export function contextOf(context: unknown): RenderContext {
  if (context instanceof RenderContext) return context;
  throw new Error('templates are rendered in a RenderContext');
}

/**
 * Makes the object that Liquid uses as its limits, which charges the step's meter. Liquid calls a limit before each tag
 * and output. Limits that Liquid creates later charge the same meter.
 */
function limiterOf(scope: Scope): Context['memoryLimit'] {
  scope.limiter ??= createLimiter(scope.meter);
  return scope.limiter;
}

function createLimiter(meter: Meter): Context['memoryLimit'] {
  const limiter = {
    use(count: number) {
      const units = Number(count);
      if (units > 0) charge(meter, units);
    },
    check() {
      charge(meter, templateUnits);
    },
  };
  // Liquid's own class has private members, so no other object has its type
  return limiter as unknown as Context['memoryLimit'];
}

/** Turns a number with many digits into a string, because Liquid's filters know only plain values. */
function readable(value: unknown): unknown {
  if (isRawNumber(value)) return value.rawJSON;
  if (Array.isArray(value) && value.some(isRawNumber)) return value.map(readable);
  return value;
}
