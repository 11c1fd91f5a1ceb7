import type { CrmSelection } from '@drippulse/engine';
import { stringifyJson } from '@drippulse/json';
import { parseObject } from '../enrollments/contact.ts';

export const sourceJobs = 'schedule_source';

/** The job of a tick that enrolls records from a source, with the source's selection at the tick. */
export type SourceJob = { workflowId: bigint; timezone: string; selection: CrmSelection };

export function packSourceJob({ workflowId, timezone, selection }: SourceJob): string {
  const { recordType, filter } = selection;
  return stringifyJson({ workflow_id: String(workflowId), timezone, record_type: recordType, filter });
}

/** Reads the text that `packSourceJob` made. */
export function readSourceJob(text: string): SourceJob {
  const { workflow_id, timezone, record_type, filter } = parseObject(text);
  return {
    workflowId: BigInt(String(workflow_id)),
    timezone: String(timezone),
    selection: {
      recordType: record_type === 'contact' ? 'contact' : 'lead',
      filter: parseObject(stringifyJson(filter ?? null)),
    },
  };
}
