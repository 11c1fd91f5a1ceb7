import { objectOf } from './json-value.ts';
import type { Step } from './step.ts';
import type { CrmSelection } from './steps/crm-selection.ts';
import { triggerConfig } from './steps/trigger.ts';
import type { Schedule } from './time/schedule.ts';

/** Returns the schedule of a workflow's trigger, if it has one. */
export function scheduleOf(steps: readonly Pick<Step, 'type' | 'config'>[]): Schedule | undefined {
  const [first] = steps;
  if (first?.type !== 'trigger') return undefined;
  const { data } = triggerConfig.safeParse(first.config);
  return data?.frequency === undefined ? undefined : { frequency: data.frequency, timezone: data.timezone };
}

/** Returns the CRM records that the schedule of a workflow enrolls, if it enrolls any. */
export function sourceOf(steps: readonly Pick<Step, 'type' | 'config'>[]): CrmSelection | undefined {
  const [first] = steps;
  if (first?.type !== 'trigger') return undefined;
  const { data } = triggerConfig.safeParse(first.config);
  if (data?.source === undefined) return undefined;
  return { recordType: data.source.record_type, filter: objectOf(data.source.filter) ?? {} };
}
