import type { Violation } from '@drippulse/errors';
import type { JsonObject, JsonValue } from '@drippulse/json';
import { checkPlaces, ruleProblem } from '../check-places.ts';
import { eventRule } from '../conditions/rule.ts';
import { atOnce } from '../in-turns.ts';
import { objectOf } from '../json-value.ts';
import { describeIssues } from '../steps/describe-issues.ts';
import type { ConfigProblem } from '../steps/step-type.ts';
import { placesIn } from '../template-places.ts';
import { startCompiling } from '../templates/compiling.ts';

const schema = eventRule();
const findPlaces = placesIn(schema);

/**
 * Reads a filter of events, `{match, conditions}`, as the step `condition` reads its rule. `problems` has the reasons
 * why the filter cannot be used, each at a path such as `conditions.0.operator`. A filter that is too large is not read
 * further, so that no filter takes more than 6 ms.
 */
export function readEventFilter(given: JsonValue): { filter: JsonObject; problems: Violation[] } {
  const { match, conditions } = objectOf(given) ?? {};
  const filter: JsonObject = { match: match ?? 'all', conditions: conditions ?? [] };
  const tooLarge = ruleProblem(filter);
  const problems = tooLarge === undefined ? problemsOf(filter) : [{ path: [], ...tooLarge }];
  return { filter, problems: problems.map(({ path, ...problem }) => ({ field: path.join('.'), ...problem })) };
}

function problemsOf(filter: JsonObject): ConfigProblem[] {
  const parsed = schema.safeParse(filter);
  const ofForm = parsed.success ? [] : describeIssues(parsed.error.issues, filter);
  const ofTemplates = checkPlaces(findPlaces(filter), startCompiling());
  return [...ofForm, ...atOnce(ofTemplates)];
}
