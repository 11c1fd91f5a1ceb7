import {
  checkSettingsInTurns,
  defaultClass,
  defaultPriority,
  readSettings,
  type Settings,
  type Step,
} from '@drippulse/engine';
import { refuseViolations, type Violation } from '@drippulse/errors';
import { type JsonObject, type JsonValue, parseJson, stringifyJson } from '@drippulse/json';
import { type CreateWorkflowRequest, WorkflowClass } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import type { InTurns } from './in-turns.ts';
import { jsonField, jsonText } from './json-fields.ts';

type SettingsRequest = Pick<CreateWorkflowRequest, 'goals' | 'reEntry' | 'holdout' | 'priority' | 'class'>;

/**
 * Returns the members of a request that are settings, by their names in JSON; null for a member that is named and has
 * no value.
 */
export function givenSettings(request: SettingsRequest, isNamed: (name: string) => boolean = () => true): JsonObject {
  const members = {
    goals: jsonOf(request.goals),
    re_entry: jsonOf(request.reEntry),
    holdout: jsonOf(request.holdout),
    priority: request.priority ?? null,
    class: classOf(request.class),
  };
  return Object.fromEntries(Object.entries(members).filter(([name]) => isNamed(name)));
}

/** Refuses settings of a request that are too large, or whose templates cannot be parsed. */
export async function checkSettings(given: JsonObject, inTurns: InTurns): Promise<void> {
  refuseViolations(await inTurns(checkSettingsInTurns(given)));
}

/**
 * Returns the settings in their stored form, checked against the steps. Refuses invalid settings. `checkSettings` must
 * be called first.
 */
export function requireSettings(given: JsonObject, steps: readonly Step[], strict: boolean): string {
  const { settings, problems } = inspectSettings(given, steps, strict);
  refuseViolations(problems);
  return stringifyJson(settings as JsonObject); // `readSettings` returns only JSON values
}

/**
 * Returns the settings, checked against the steps, together with all their problems. Unlike `requireSettings`, it does
 * not refuse invalid settings.
 */
export function inspectSettings(
  given: JsonObject,
  steps: readonly Step[],
  strict: boolean,
): { settings: Settings; problems: Violation[] } {
  return readSettings(given, { stepIds: steps.map(({ id }) => id), strict });
}

/** Returns stored settings in the form of a request. */
export function storedSettings(text: string): JsonObject {
  return parseJson(text) as JsonObject; // this service stored the text of an object
}

/** Returns the compiled settings of a stored version. */
export function settingsOf(text: string, steps: readonly Step[]): Settings {
  return text === '{}' ? {} : inspectSettings(storedSettings(text), steps, false).settings;
}

/** Converts the settings to the form that everybody may see, including defaults. */
export function settingsToProto(text: string) {
  const { goals = [], re_entry, holdout = null, priority, class: ofMails } = storedSettings(text);
  return {
    goals: jsonField(goals),
    reEntry: jsonField(re_entry ?? { mode: 'always' }),
    holdout: jsonField(holdout),
    priority: Number(priority ?? defaultPriority),
    class: (ofMails ?? defaultClass) === 'transactional' ? WorkflowClass.TRANSACTIONAL : WorkflowClass.MARKETING,
  };
}

function jsonOf(field: Uint8Array | undefined): JsonValue {
  return parseJson(jsonText(field) ?? 'null');
}

function classOf(value: WorkflowClass | undefined): string | null {
  if (value === WorkflowClass.TRANSACTIONAL) return 'transactional';
  return value === WorkflowClass.MARKETING ? 'marketing' : null;
}
