import type { Violation } from '@drippulse/errors';
import type { JsonObject, JsonValue } from '@drippulse/json';
import { objectOf } from '../json-value.ts';
import type { Step } from '../step.ts';
import { findStepType } from '../steps/registry.ts';
import type { BoundStep, StepType } from '../steps/step-type.ts';
import { stepProblem } from './problems.ts';
import { idProblem } from './step-ids.ts';

const maxNameLength = 255;
const stepKeys = new Set(['id', 'type', 'name', 'position', 'config']);

/** A step as read. `bound` is absent if its config is invalid. */
export type ReadStep = { step: Step; bound?: BoundStep; waits: boolean; problems: Violation[] };

/** Reads one step by itself. `ids` are the ids of all steps. */
export function readStep(raw: JsonValue, index: number, ids: readonly string[]): ReadStep {
  const given = objectOf(raw) ?? {};
  const typeName = given['type'];
  const stepType = typeof typeName === 'string' ? findStepType(typeName.trim()) : undefined;
  const type = stepType?.type ?? (typeof typeName === 'string' ? typeName.slice(0, 64) : 'unknown');
  const name = given['name'] ?? stepType?.label ?? type;
  const config = configOf(given);
  const step = { id: ids[index] ?? '', type, name: typeof name === 'string' ? name : type, position: index, config };
  const problems: Violation[] = [];
  const complain = (key: string, message: string) => problems.push(stepProblem(index, type, key, message));

  if (!objectOf(raw)) complain('', 'must be an object');
  else if (!stepType) complain('type', typeProblem(typeName));
  const wrongId = idProblem(ids, index);
  if (wrongId !== undefined) complain('id', wrongId);
  if (typeof name !== 'string' || name === '' || name.length > maxNameLength) {
    complain('name', `name must be a string of 1 to ${maxNameLength} characters`);
  }
  if (!objectOf(given['config'] ?? {})) complain('config', 'config must be an object');
  const bound = stepType && bind(stepType, config, complain);
  return { step, bound, waits: stepType?.waits === true, problems };
}

/** Moves parameters beside the step's own keys into `config`. If both exist, `config` takes precedence. */
export function configOf(given: JsonObject): JsonObject {
  const beside = Object.entries(given).filter(([key]) => !stepKeys.has(key));
  return { ...Object.fromEntries(beside), ...objectOf(given['config']) };
}

function bind(
  stepType: StepType,
  config: JsonObject,
  complain: (key: string, message: string) => void,
): BoundStep | undefined {
  const result = stepType.read(config);
  if ('bound' in result) return result.bound;
  for (const { path, message } of result.problems) {
    const key = path.join('.');
    complain(`config.${key}`, `${key} ${message}`);
  }
  return undefined;
}

function typeProblem(type: JsonValue | undefined): string {
  if (type === undefined || type === null) return 'type is required';
  if (typeof type !== 'string') return 'type must be a string';
  return 'there is no such step type; GET /api/v1/workflows/step_types lists those there are';
}
