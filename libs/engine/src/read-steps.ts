import { isRawNumber, type JsonObject, type JsonValue, parseJson } from '@drippulse/json';
import type { Violation } from '@drippulse/runtime';
import { checkGraph, type ReadStep } from './check-graph.ts';
import type { Step } from './definition.ts';
import { objectOf } from './json-value.ts';
import { stepProblem } from './problems.ts';
import { findStepType } from './steps/registry.ts';

const maxSteps = 200;
const maxBytes = 256 * 1024;
const maxNameLength = 255;
const idPattern = /^[A-Za-z0-9_.-]{1,64}$/;
/** Words that jumps and `on_error` use for something else. */
const reservedIds = new Set(['next', 'end', 'fail', 'continue']);
const stepKeys = new Set(['id', 'type', 'name', 'position', 'config']);

/**
 * Reads the `steps` of a request: parameters beside `type` are moved into `config` (what is there wins), missing ids
 * and names are made, positions follow the array. `problems` says everything that keeps the steps from running, as
 * `steps.2.config.duration`: "Step 2 (wait): duration must be at least 1". `active`: at least one step is needed.
 */
export function readSteps(
  text: string,
  o: { active: boolean; makeId: () => string },
): { steps: Step[]; problems: Violation[] } {
  const whole = (message: string) => ({ steps: [], problems: [{ field: 'steps', message }] });
  if (Buffer.byteLength(text) > maxBytes) return whole('steps may be at most 256 KiB');
  const given = parseJson(text);
  if (!Array.isArray(given)) return whole('steps must be an array');
  if (given.length > maxSteps) return whole(`steps may be at most ${maxSteps}`);
  if (given.length === 0 && o.active) return whole('an active workflow needs at least one step');
  const ids = assignIds(given, o.makeId);
  const read = given.map((raw, index) => readStep(raw, index, ids[index] ?? ''));
  return {
    steps: read.map(({ step }) => step),
    problems: [...idProblems(given, ids), ...read.flatMap(({ problems }) => problems), ...checkGraph(read)],
  };
}

function readStep(raw: JsonValue, index: number, id: string): ReadStep {
  const given = objectOf(raw) ?? {};
  const stepType = typeof given['type'] === 'string' ? findStepType(given['type'].trim()) : undefined;
  const type = stepType?.type ?? typeOf(given);
  const config = configOf(given);
  const name = given['name'] ?? stepType?.label ?? type;
  const step: Step = { id, type, name: typeof name === 'string' ? name : type, position: index, config };
  const complain = (path: string, message: string) => stepProblem(index, type, path, message);
  const problems: Violation[] = [];
  if (!objectOf(raw)) problems.push(complain('', 'must be an object'));
  else if (given['type'] === undefined || given['type'] === null) problems.push(complain('type', 'is required'));
  else if (!stepType) problems.push(complain('type', 'is no step type; GET /workflows/step_types lists them'));
  if (typeof name !== 'string' || name === '' || name.length > maxNameLength) {
    problems.push(complain('name', `must be a string of 1 to ${maxNameLength} characters`));
  }
  if (!objectOf(given['config'] ?? {})) problems.push(complain('config', 'must be an object'));
  const result = stepType?.read(config);
  if (result && 'bound' in result) return { step, bound: result.bound, waits: stepType?.waits === true, problems };
  for (const { path, message } of result?.problems ?? []) problems.push(complain(`config.${path.join('.')}`, message));
  return { step, waits: false, problems };
}

/** Parameters beside the step's own keys belong into `config`; what is in both is taken from there. */
function configOf(given: JsonObject): JsonObject {
  const beside = Object.entries(given).filter(([key]) => !stepKeys.has(key));
  return { ...Object.fromEntries(beside), ...objectOf(given['config']) };
}

/** Ids as they were given, numbers as text; steps without one get one that no other step has. */
function assignIds(given: readonly JsonValue[], makeId: () => string): string[] {
  const ids = given.map((raw) => textOf(objectOf(raw)?.['id']));
  const used = new Set(ids);
  return ids.map((id) => {
    if (id !== '') return id;
    let made = makeId();
    for (let tries = 0; used.has(made) && tries < maxSteps; tries++) made = makeId();
    used.add(made);
    return made;
  });
}

function idProblems(given: readonly JsonValue[], ids: readonly string[]): Violation[] {
  return ids.flatMap((id, index) => {
    const message = idProblem(id, ids.indexOf(id), index);
    const type = typeOf(objectOf(given[index]));
    return message === undefined ? [] : [stepProblem(index, type, 'id', message)];
  });
}

function idProblem(id: string, firstIndex: number, index: number): string | undefined {
  if (!idPattern.test(id)) return 'may be 1 to 64 letters, digits, dots, dashes and underscores';
  if (reservedIds.has(id)) return `${id} has a meaning of its own`;
  return firstIndex === index ? undefined : `${id} is used by step ${firstIndex} already`;
}

function textOf(id: JsonValue | undefined): string {
  if (id === undefined || id === null) return '';
  return isRawNumber(id) ? id.rawJSON : typeof id === 'object' ? '?' : String(id);
}

/** How messages name a step's type. */
function typeOf(given: JsonObject | undefined): string {
  const type = given?.['type'];
  return typeof type === 'string' ? type.slice(0, 64) : 'unknown';
}
