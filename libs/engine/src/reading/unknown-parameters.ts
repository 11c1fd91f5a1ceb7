import type { Violation } from '@drippulse/errors';
import { type JsonValue, unknownMember } from '@drippulse/json';
import { objectOf } from '../json-value.ts';
import { findStepType } from '../steps/registry.ts';
import { stepProblem } from './problems.ts';
import { stepKeys } from './read-step.ts';

/** Maximum number of characters of a name in a message. */
const longestName = 100;

/**
 * Returns the first `most` parameters of a step that its type does not list, whether they are in the config or next to
 * it.
 */
export function unknownParameters(raw: JsonValue, index: number, most: number): Violation[] {
  const given = objectOf(raw) ?? {};
  const stepType = findStepType(String(given['type']).trim());
  if (stepType === undefined) return [];
  const { type, parameters } = stepType;
  const ofStep = [...stepKeys, ...parameters];
  const beside = Object.keys(given).filter((name) => !ofStep.includes(name));
  const within = Object.keys(objectOf(given['config']) ?? {}).filter((name) => !parameters.includes(name));
  // Each parameter is compared with every known name, so only `most` parameters are checked.
  return [
    ...beside.slice(0, most).map((name) => problem(name, name, ofStep)),
    ...within.slice(0, Math.max(0, most - beside.length)).map((name) => problem(name, `config.${name}`, parameters)),
  ];

  function problem(name: string, key: string, known: readonly string[]): Violation {
    const { message, ...hints } = unknownMember(name, known);
    const cut = (text: string) => text.slice(0, longestName);
    return stepProblem(index, type, cut(key), `${cut(name)} ${message}`, hints);
  }
}
