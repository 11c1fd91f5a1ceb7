import { isRawNumber, type JsonValue } from '@drippulse/json';
import { objectOf } from '../json-value.ts';
import type { Hints } from './problems.ts';

const pattern = /^[A-Za-z0-9_.-]{1,64}$/;
/** Words with a meaning of their own in jumps and `on_error`. */
const reserved = new Set(['next', 'end', 'fail', 'continue']);
const maxTries = 1_000;

/** Returns the given ids, with numbers as strings. A step without an id gets a unique one. */
export function assignIds(given: readonly JsonValue[], makeId: () => string): string[] {
  const ids = given.map((raw) => textOf(objectOf(raw)?.['id']));
  const used = new Set(ids);
  return ids.map((id) => {
    if (id !== '') return id;
    const made = unusedId(used, makeId);
    used.add(made);
    return made;
  });
}

/** Returns the problem of a step's id, or undefined. */
export function idProblem(ids: readonly string[], index: number): [string, Hints] | undefined {
  const id = ids[index] ?? '';
  if (!pattern.test(id)) {
    return ['id may be 1 to 64 letters, digits, dots, dashes and underscores', { code: 'format' }];
  }
  if (reserved.has(id)) return [`id ${id} has a meaning of its own`, { code: 'not_allowed' }];
  const first = ids.indexOf(id);
  return first === index ? undefined : [`id ${id} is the id of step ${first} already`, { code: 'duplicate' }];
}

function unusedId(used: ReadonlySet<string>, makeId: () => string): string {
  for (let tries = 0; tries < maxTries; tries++) {
    const id = makeId();
    if (!used.has(id)) return id;
  }
  throw new Error('makeId makes no new ids');
}

function textOf(id: JsonValue | undefined): string {
  if (id === undefined || id === null) return '';
  if (isRawNumber(id)) return id.rawJSON;
  return typeof id === 'object' ? JSON.stringify(id) : String(id);
}
