import type { Violation } from '@drippulse/errors';
import { type JsonObject, type JsonValue, nearest, stringifyJson, unknownMember } from '@drippulse/json';
import type { z } from 'zod';
import { checkPlaces } from '../check-places.ts';
import type { InTurns } from '../in-turns.ts';
import { objectOf } from '../json-value.ts';
import { describeIssues } from '../steps/describe-issues.ts';
import { placesIn } from '../template-places.ts';
import { startCompiling, TooManyTags } from '../templates/compiling.ts';
import { defaultClass, defaultPriority, type Settings, settingsSchema } from './settings.ts';

/** Maximum number of problems that are shown. */
const maxProblems = 100;
const longestName = 100;

/** Maximum number of characters of all settings as JSON. */
const maxLength = 128 * 1024;
/**
 * Maximum numbers of tags (including outputs) and of words in all settings together. The maximum applies to all
 * settings together, because the rules of goals are compiled together.
 */
const settingsBounds = { tags: 1_000, words: 3_000 };
/**
 * Meter units charged for a character. Each character is read once to check the form of the settings and once to check
 * their templates.
 */
const readingUnits = 12;
const findPlaces = placesIn(settingsSchema);

/**
 * Reads the settings of a request for a workflow with these steps. A member that is null is treated as absent.
 * `problems` has the reasons why the settings cannot be used, as `goals.0.go_to`: "names no step: done". `strict` also
 * refuses unknown members; without it they are left out. Templates are checked separately, when the settings are saved.
 */
export function readSettings(
  given: JsonObject,
  o: { stepIds: readonly string[]; strict?: boolean },
): { settings: Settings; problems: Violation[] } {
  const present = withoutNulls(given);
  const parsed = settingsSchema.safeParse(present);
  const unknown = o.strict === true ? unknownMembers(present) : [];
  if (!parsed.success)
    return { settings: {}, problems: [...unknown, ...issuesOf(parsed.error, present)].slice(0, maxProblems) };
  const problems = [...unknown, ...goalProblems(parsed.data, o.stepIds)];
  return { settings: withoutDefaults(parsed.data), problems: problems.slice(0, maxProblems) };
}

/** Checks the templates of settings, and the size of each goal. */
export function* checkSettingsInTurns(given: JsonObject): InTurns<Violation[]> {
  const { length } = stringifyJson(given);
  yield readingUnits * length;
  if (length > maxLength)
    return [{ field: 'goals', message: 'and the other settings may be at most 128 KiB', code: 'length' }];
  const compiling = startCompiling(undefined, settingsBounds);
  try {
    const problems = yield* checkPlaces(findPlaces(withoutNulls(given)), compiling, maxProblems);
    return problems.map(({ path, ...problem }) => ({ field: path.join('.'), ...problem }));
  } catch (error) {
    if (!(error instanceof TooManyTags)) throw error;
    return [{ field: 'goals', message: error.message, code: 'length' }];
  }
}

function issuesOf(error: z.ZodError, given: JsonObject): Violation[] {
  return describeIssues(error.issues, given).map(({ path, ...problem }) => ({ field: path.join('.'), ...problem }));
}

/** Finds problems between goals, and between goals and steps. */
function goalProblems({ goals = [] }: Settings, stepIds: readonly string[]): Violation[] {
  const names = goals.map(({ name }) => name);
  return goals.flatMap(({ name, go_to: target }, index): Violation[] => {
    const first = names.indexOf(name);
    const problems: Violation[] = [];
    if (first !== index) {
      const message = `is the name of goal ${first} already`;
      problems.push({ field: `goals.${index}.name`, message, code: 'duplicate' });
    }
    if (target !== undefined && target !== 'end' && !stepIds.includes(target)) {
      const suggestion = nearest(target, stepIds);
      problems.push({
        field: `goals.${index}.go_to`,
        message: `names no step: ${target.slice(0, longestName)}`,
        code: 'not_found',
        ...(suggestion !== undefined && { suggestion }),
      });
    }
    return problems;
  });
}

/** Leaves out settings that equal the defaults, so that they do not create a new version. */
function withoutDefaults({ goals, re_entry, holdout, priority, class: sendingClass }: Settings): Settings {
  const hasRule = re_entry !== undefined && (re_entry.mode !== 'always' || Object.keys(re_entry).length > 1);
  return {
    ...(goals !== undefined && goals.length > 0 && { goals }),
    ...(hasRule && { re_entry }),
    ...(holdout !== undefined && holdout.percent > 0 && { holdout }),
    ...(priority !== undefined && priority !== defaultPriority && { priority }),
    ...(sendingClass !== undefined && sendingClass !== defaultClass && { class: sendingClass }),
  };
}

/** The known names of members, by the path of the object that contains them. */
const spanNames = ['duration', 'unit'];
const known: Readonly<Record<string, readonly string[]>> = {
  goals: ['name', 'event_name', 'match', 'conditions', 'window', 'action', 'go_to'],
  'goals.window': spanNames,
  'goals.conditions': ['field', 'operator', 'value'],
  re_entry: ['mode', 'min_gap', 'max_per', 'key', 'concurrent'],
  're_entry.min_gap': spanNames,
  're_entry.max_per': ['count', ...spanNames],
  holdout: ['percent'],
};

function unknownMembers(value: JsonValue, path = '', place = ''): Violation[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => unknownMembers(item, `${path}.${index}`, place));
  const object = objectOf(value);
  if (object === undefined) return [];
  const names = place === '' ? undefined : known[place];
  if (place !== '' && names === undefined) return [];
  return Object.entries(object).flatMap(([name, member]) => {
    const field = path === '' ? name : `${path}.${name}`;
    if (names === undefined || names.includes(name))
      return unknownMembers(member, field, place === '' ? name : `${place}.${name}`);
    return [{ field: `${path}.${name.slice(0, longestName)}`, ...unknownMember(name, names) }];
  });
}

/** Removes null members everywhere except in the value of a condition, because null means absent. */
function withoutNulls(given: JsonObject): JsonObject {
  const entries = Object.entries(given).filter(([name, value]) => value !== null || name === 'value');
  return Object.fromEntries(entries.map(([name, value]) => [name, name === 'value' ? value : cleaned(value)]));
}

function cleaned(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(cleaned);
  const object = objectOf(value);
  return object === undefined ? value : withoutNulls(object);
}
