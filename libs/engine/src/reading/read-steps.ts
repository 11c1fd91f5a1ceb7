import type { Violation } from '@drippulse/errors';
import { parseJson, stringifyJson } from '@drippulse/json';
import { objectOf } from '../json-value.ts';
import type { Step } from '../step.ts';
import { checkGraph } from './check-graph.ts';
import { configOf, readStep } from './read-step.ts';
import { assignIds } from './step-ids.ts';

const maxSteps = 200;
/** Limit of all configs as JSON. Normalising does not change their size, so accepted steps can be read again. */
const maxConfigBytes = 256 * 1024;
/** Most tags and outputs in the templates of all steps: parsing one takes five microseconds. */
const maxTags = 10_000;
const maxProblems = 100;

/**
 * Reads the `steps` of a request. Moves parameters beside `type` into `config` (which takes precedence), creates missing ids
 * and names, and sets positions in the order of the array. `problems` has the first 100 reasons why the steps can't run, as
 * `steps.2.config.duration`: "Step 2 (wait): duration must be at least 1". `active` requires at least one step.
 */
export function readSteps(
  text: string,
  o: { active: boolean; makeId: () => string },
): { steps: Step[]; problems: Violation[] } {
  const given = parseJson(text);
  if (!Array.isArray(given)) return refuse('steps must be an array');
  if (given.length === 0 && o.active) return refuse('an active workflow needs at least one step');
  if (given.length > maxSteps) return refuse(`there may be at most ${maxSteps} steps`);
  const configs = given.map((raw) => configOf(objectOf(raw) ?? {}));
  const configText = stringifyJson(configs);
  if (Buffer.byteLength(configText) > maxConfigBytes) return refuse('steps may be at most 256 KiB');
  if (countTags(configText) > maxTags) return refuse(`templates may have at most ${maxTags} tags and outputs in all`);

  const ids = assignIds(given, o.makeId);
  const read = given.map((raw, index) => readStep(raw, index, ids));
  const ofGraph = checkGraph(read);
  const problems = read.flatMap((step, index) => [...step.problems, ...(ofGraph[index] ?? [])]);
  return { steps: read.map(({ step }) => step), problems: problems.slice(0, maxProblems) };
}

function countTags(text: string): number {
  return text.match(/\{[{%]/g)?.length ?? 0;
}

function refuse(message: string): { steps: Step[]; problems: Violation[] } {
  return { steps: [], problems: [{ field: 'steps', message }] };
}
