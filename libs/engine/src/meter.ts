import { isRawNumber } from '@drippulse/json';
import { StepFailure } from './step-failure.ts';

/**
 * The work of the templates and rules of one step, in units of about 12 ns on a slow core, and its limit. Work is
 * counted, not timed, so that equal arguments always give equal moves.
 */
export type Meter = { spent: number; readonly limit: number };

/** Maximum number of units of one step: about 50 ms. */
export const stepUnits = 4 * 1024 * 1024;

/**
 * Units after which a turn of the event loop ends. The part of the work that exceeds this number still belongs to the
 * turn, so a turn takes about 3 ms, or 50 ms if that part uses a step's whole budget. Most batches take less in total.
 */
export const turnUnits = 256 * 1024;

/**
 * Units charged for reading an element of an array, and for reading a member of an object in addition to the characters
 * of its key.
 */
const elementUnits = 8;
export const memberUnits = 16;

/** The templates or rules of a step need more work than one step may do. */
export class BudgetSpent extends StepFailure {
  constructor(limit: number) {
    super(`its templates and conditions need more than ${limit} units of work (work_limit_exceeded)`);
  }
}

/** Opens a meter. */
export function createMeter(limit = stepUnits): Meter {
  return { spent: 0, limit };
}

/** Charges work before it is done. Throws BudgetSpent when the work exceeds the rest of the budget. */
export function charge(meter: Meter, units: number): void {
  const spent = meter.spent + units;
  meter.spent = Math.min(spent, meter.limit);
  if (spent > meter.limit) throw new BudgetSpent(meter.limit);
}

/** Charges `factor` times the units for reading a whole value. */
export function chargeReading(meter: Meter, value: unknown, factor = 1): void {
  if (typeof value === 'string') charge(meter, factor * (value.length + 1));
  else if (typeof value !== 'object' || value === null) charge(meter, factor);
  else charge(meter, factor * weigh(value, (meter.limit - meter.spent) / factor));
}

/**
 * Returns the units for reading a value: its characters, plus some units for each value in it. Stops counting above
 * `limit`.
 */
export function weigh(value: unknown, limit: number): number {
  if (typeof value === 'string') return value.length + 1;
  if (typeof value !== 'object' || value === null) return 1;
  if (isRawNumber(value)) return value.rawJSON.length;
  let units = 1;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length && units <= limit; index++) {
      units += elementUnits + weigh(value[index], limit - units);
    }
    return units;
  }
  const members = value as Record<string, unknown>; // an object, not an array
  for (const key of Object.keys(members)) {
    units += memberUnits + key.length + weigh(members[key], limit - units);
    if (units > limit) break;
  }
  return units;
}
