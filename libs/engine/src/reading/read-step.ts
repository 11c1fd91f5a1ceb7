import type { Violation } from '@drippulse/errors';
import { type JsonObject, type JsonValue, nearest } from '@drippulse/json';
import { objectOf } from '../json-value.ts';
import type { Step } from '../step.ts';
import { findStepType, registry } from '../steps/registry.ts';
import type { BoundStep, ConfigProblem, StepType } from '../steps/step-type.ts';
import type { Place } from '../template-places.ts';
import { type Hints, stepProblem } from './problems.ts';
import { idProblem } from './step-ids.ts';

const maxNameLength = 255;
/** The step's own keys. All other keys belong in `config`. */
export const stepKeys: ReadonlySet<string> = new Set(['id', 'type', 'name', 'position', 'config']);

type Complain = (key: string, message: string, hints?: Hints) => void;

/** A step as read. `bound` is absent if the step's config is invalid; `places` must still be checked. */
export type ReadStep = { step: Step; bound?: BoundStep; waits: boolean; places: Place[]; problems: Violation[] };

/**
 * Reads one step by itself, without checking its places. `config` is the result of `configOf`, and `ids` are the ids of
 * all steps.
 */
export function readStep(raw: JsonValue, index: number, config: JsonObject, ids: readonly string[]): ReadStep {
  const given = objectOf(raw) ?? {};
  const typeName = given['type'];
  const stepType = typeof typeName === 'string' ? findStepType(typeName.trim()) : undefined;
  const type = stepType?.type ?? (typeof typeName === 'string' ? typeName.slice(0, 64) : 'unknown');
  const name = given['name'] ?? stepType?.label ?? type;
  const step = { id: ids[index] ?? '', type, name: typeof name === 'string' ? name : type, position: index, config };
  const problems: Violation[] = [];
  const complain: Complain = (key, message, hints) => problems.push(stepProblem(index, type, key, message, hints));

  if (!objectOf(raw)) complain('', 'must be an object', { code: 'type' });
  else if (!stepType) complain('type', ...typeProblem(typeName));
  const wrongId = idProblem(ids, index);
  if (wrongId !== undefined) complain('id', ...wrongId);
  if (typeof name !== 'string' || name === '' || name.length > maxNameLength) {
    complain('name', `name must be a string of 1 to ${maxNameLength} characters`, { code: 'length' });
  }
  if (!objectOf(given['config'] ?? {})) complain('config', 'config must be an object', { code: 'type' });
  const bound = stepType && bind(stepType, config, complain);
  const places = stepType?.placesOf(config) ?? [];
  return { step, bound, waits: stepType?.waits === true, places, problems };
}

/**
 * Moves parameters that are next to the step's own keys into `config`. If a parameter is in both places, the one in
 * `config` wins.
 */
export function configOf(given: JsonObject): JsonObject {
  const beside = Object.entries(given).filter(([key]) => !stepKeys.has(key));
  const config = objectOf(given['config']) ?? {};
  return beside.length === 0 ? config : Object.fromEntries([...beside, ...Object.entries(config)]);
}

function bind(stepType: StepType, config: JsonObject, complain: Complain): BoundStep | undefined {
  const result = stepType.read(config);
  if ('bound' in result) return result.bound;
  for (const problem of result.problems) complain(...configProblem(problem));
  return undefined;
}

/** Converts a problem of a config to a problem of its step: the key, the message, and the hints. */
export function configProblem({ path, message, ...hints }: ConfigProblem): [string, string, Hints] {
  const key = path.join('.');
  return [`config.${key}`, `${key} ${message}`, hints];
}

function typeProblem(type: JsonValue | undefined): [string, Hints] {
  const allowed = registry.map((known) => known.type);
  if (type === undefined || type === null) return ['type is required', { code: 'required', allowed }];
  if (typeof type !== 'string') return ['type must be a string', { code: 'type', allowed }];
  const suggestion = nearest(type, allowed);
  const message = 'is not a step type; GET /api/v1/workflows/step_types lists all step types';
  return [message, { code: 'enum', allowed, ...(suggestion !== undefined && { suggestion }) }];
}
