import type { Violation, ViolationCode } from '@drippulse/errors';
import { type JsonValue, parseJson, stringifyJson } from '@drippulse/json';
import { checkPlaces } from '../check-places.ts';
import { atOnce, type InTurns } from '../in-turns.ts';
import { objectOf } from '../json-value.ts';
import type { Step } from '../step.ts';
import { type Compiling, definitionBounds, startCompiling, TooManyTags } from '../templates/compiling.ts';
import { checkGraph } from './check-graph.ts';
import { stepProblem } from './problems.ts';
import { configOf, configProblem, type ReadStep, readStep } from './read-step.ts';
import { assignIds } from './step-ids.ts';
import { unknownParameters } from './unknown-parameters.ts';

const maxSteps = 200;
/**
 * Maximum number of bytes of all configs as JSON. Normalizing a config does not change its size, so steps that were
 * read once can be read again.
 */
const maxConfigBytes = 256 * 1024;
const maxProblems = 100;
/** Meter units charged for parsing a character as JSON, and for writing and reading a character of a config. */
const parsingUnits = 4;
const readingUnits = 8;

type StepsOptions = { active: boolean; makeId: () => string; strict?: boolean };
type Steps = { steps: Step[]; problems: Violation[] };

/**
 * Reads the `steps` of a request. Moves parameters next to `type` into `config` (whose parameters have precedence),
 * creates missing ids and names, and sets positions in the order of the array. `problems` has the first 100 reasons why
 * the steps cannot run, as `steps.2.config.duration`: "Step 2 (wait): duration must be at least 1". `active` requires
 * at least one step. `strict` also refuses parameters that the step type does not list; without it they are kept.
 */
export function readSteps(text: string, o: StepsOptions): Steps {
  return atOnce(readStepsInTurns(text, o));
}

/** Reads the `steps` of a request in turns. Each turn checks at most one step or one template. */
export function* readStepsInTurns(text: string, o: StepsOptions): InTurns<Steps> {
  const given = parseJson(text);
  yield parsingUnits * text.length;
  if (!Array.isArray(given)) return refuse('must be an array', 'type');
  if (o.active && given.length === 0) return { steps: [], problems: activeProblems(given) };
  if (given.length > maxSteps) return refuse(`there may be at most ${maxSteps} steps`, 'length');
  const configs = given.map((raw) => configOf(objectOf(raw) ?? {}));
  const texts = configs.map(stringifyJson);
  if (Buffer.byteLength(`[${texts.join()}]`) > maxConfigBytes) return refuse('may be at most 256 KiB', 'length');

  const ids = assignIds(given, o.makeId);
  const read: ReadStep[] = [];
  for (const [index, raw] of given.entries()) {
    read.push(readStep(raw, index, configs[index] ?? {}, ids));
    yield readingUnits * (texts[index]?.length ?? 0);
  }
  const unknown = o.strict === true ? unknownInSteps(given) : [];
  const ofGraph = checkGraph(read);
  yield read.length * read.reduce((sum, { bound }) => sum + (bound?.exits.length ?? 0), 0);
  const ofPlaces = yield* checkAllPlaces(read);
  if (!Array.isArray(ofPlaces)) return ofPlaces;
  const problems = read.flatMap((step, index) => [
    ...(unknown[index] ?? []),
    ...step.problems,
    ...(ofPlaces[index] ?? []),
    ...(ofGraph[index] ?? []),
  ]);
  return { steps: read.map(({ step }) => step), problems: problems.slice(0, maxProblems) };
}

/**
 * Returns the problems that a draft may have but an active workflow may not: an active workflow needs at least one
 * step.
 */
export function activeProblems(steps: readonly unknown[]): Violation[] {
  return steps.length > 0 ? [] : refuse('an active workflow needs at least one step', 'required').problems;
}

/** Finds the problems of templates and rules, grouped by step, or returns a refusal of all steps. */
function* checkAllPlaces(read: readonly ReadStep[]): InTurns<Violation[][] | Steps> {
  const compiling = startCompiling(undefined, definitionBounds);
  try {
    return yield* checkEach(read, compiling);
  } catch (error) {
    if (!(error instanceof TooManyTags)) throw error;
    return refuse(`templates ${error.message}`, 'length');
  }
}

/** Checks the places of each step. Leaves out problems of fields in which reading the step already found a problem. */
function* checkEach(read: readonly ReadStep[], compiling: Compiling): InTurns<Violation[][]> {
  const problems: Violation[][] = [];
  let room = maxProblems;
  for (const [index, { step, places, problems: refused }] of read.entries()) {
    const refusedFields = new Set(refused.map(({ field }) => field));
    const found = yield* checkPlaces(places, compiling, room);
    const ofPlaces = found.map((problem) => stepProblem(index, step.type, ...configProblem(problem)));
    problems.push(ofPlaces.filter(({ field }) => !refusedFields.has(field)));
    room -= found.length;
  }
  return problems;
}

/** Returns the first unknown parameters, grouped by step. */
function unknownInSteps(given: readonly JsonValue[]): Violation[][] {
  let room = maxProblems;
  return given.map((raw, index) => {
    const found = unknownParameters(raw, index, room);
    room -= found.length;
    return found;
  });
}

/** Refuses the steps as a whole. The message is shown without the name of a field, so it must have a subject. */
function refuse(phrase: string, code: ViolationCode): Steps {
  const message = /^(?:must|may)\b/.test(phrase) ? `steps ${phrase}` : phrase;
  return { steps: [], problems: [{ field: 'steps', message, code, phrase }] };
}
