import type { Violation, ViolationCode } from '@drippulse/errors';
import { type JsonValue, parseJson, stringifyJson } from '@drippulse/json';
import { objectOf } from '../json-value.ts';
import type { Step } from '../step.ts';
import { checkGraph } from './check-graph.ts';
import { configOf, readStep } from './read-step.ts';
import { assignIds } from './step-ids.ts';
import { unknownParameters } from './unknown-parameters.ts';

const maxSteps = 200;
/** Limit of all configs as JSON. Normalising does not change their size, so accepted steps can be read again. */
const maxConfigBytes = 256 * 1024;
/** Most tags and outputs in the templates of all steps: parsing one takes five microseconds. */
const maxTags = 10_000;
const maxProblems = 100;

/**
 * Reads the `steps` of a request. Moves parameters beside `type` into `config` (which takes precedence), creates missing ids
 * and names, and sets positions in the order of the array. `problems` has the first 100 reasons why the steps can't run, as
 * `steps.2.config.duration`: "Step 2 (wait): duration must be at least 1". `active` requires at least one step. `strict` also
 * refuses parameters that the step type does not list, which are kept otherwise.
 */
export function readSteps(
  text: string,
  o: { active: boolean; makeId: () => string; strict?: boolean },
): { steps: Step[]; problems: Violation[] } {
  const given = parseJson(text);
  if (!Array.isArray(given)) return refuse('must be an array', 'type');
  if (given.length === 0 && o.active) return refuse('an active workflow needs at least one step', 'required');
  if (given.length > maxSteps) return refuse(`there may be at most ${maxSteps} steps`, 'length');
  const configs = given.map((raw) => configOf(objectOf(raw) ?? {}));
  const configText = stringifyJson(configs);
  if (Buffer.byteLength(configText) > maxConfigBytes) return refuse('may be at most 256 KiB', 'length');
  if (countTags(configText) > maxTags)
    return refuse(`templates may have at most ${maxTags} tags and outputs in all`, 'length');

  const ids = assignIds(given, o.makeId);
  const read = given.map((raw, index) => readStep(raw, index, ids));
  const unknown = o.strict === true ? unknownInSteps(given) : [];
  const ofGraph = checkGraph(read);
  const problems = read.flatMap((step, index) => [
    ...(unknown[index] ?? []),
    ...step.problems,
    ...(ofGraph[index] ?? []),
  ]);
  return { steps: read.map(({ step }) => step), problems: problems.slice(0, maxProblems) };
}

/** The first unknown parameters, by step. */
function unknownInSteps(given: readonly JsonValue[]): Violation[][] {
  let room = maxProblems;
  return given.map((raw, index) => {
    const found = unknownParameters(raw, index, room);
    room -= found.length;
    return found;
  });
}

function countTags(text: string): number {
  return text.match(/\{[{%]/g)?.length ?? 0;
}

/** Refuses the steps as a whole. The message, which stands alone, has a subject. */
function refuse(phrase: string, code: ViolationCode): { steps: Step[]; problems: Violation[] } {
  const message = /^(?:must|may)\b/.test(phrase) ? `steps ${phrase}` : phrase;
  return { steps: [], problems: [{ field: 'steps', message, code, phrase }] };
}
