import { readSettings, type Settings, type Step } from '@drippulse/engine';
import { type JsonObject, type JsonValue, parseJson, stringifyJson } from '@drippulse/json';
import { type Workflow, WorkflowClass } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';

type WithSettings = Pick<Workflow, 'goals' | 'reEntry' | 'holdout' | 'priority' | 'class'>;

/** Serializes the settings of a workflow as they are stored with its version. */
export function settingsTextOf(workflow: WithSettings, steps: readonly Step[]): string {
  const { goals, reEntry, holdout, priority, class: ofMails } = workflow;
  const given = {
    goals: jsonOf(goals),
    re_entry: jsonOf(reEntry),
    holdout: jsonOf(holdout),
    priority: priority ?? null,
    class: ofMails === WorkflowClass.TRANSACTIONAL ? 'transactional' : null,
  };
  return stringifyJson(readStored(given, steps) as JsonObject); // `readStored` returns only JSON values
}

/** Opens the settings of a stored version. */
export function openSettings(text: string, steps: readonly Step[]): Settings {
  return text === '{}' ? {} : readStored(parseJson(text) as JsonObject, steps); // this service stored an object
}

/** Reads stored settings, which the workflows service checked when they were saved. */
function readStored(given: JsonObject, steps: readonly Step[]): Settings {
  const { settings, problems } = readSettings(given, { stepIds: steps.map(({ id }) => id) });
  const [first] = problems;
  if (first !== undefined) throw new Error(`settings can't be read: ${first.field} ${first.message}`);
  return settings;
}

function jsonOf(bytes: Uint8Array): JsonValue {
  return bytes.length === 0 ? null : parseJson(Buffer.from(bytes).toString());
}
