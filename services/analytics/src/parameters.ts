import { timestampDate, timestampFromDate } from '@bufbuild/protobuf/wkt';
import { DomainError, type Violation } from '@drippulse/errors';
import { type ReportParameters, ReportType } from '@drippulse/proto/drippulse/analytics/v1/reports_pb';
import { z } from 'zod';

const dayMs = 86_400_000;
const longestMs = 395 * dayMs;
const usualMs = 30 * dayMs;

/** The parameters of a report, including defaults. */
export type Parameters = { from: Date; to: Date; workflowId?: bigint; bom: boolean };

/** Reads the parameters of a request at the time `now`. */
export function readParameters(type: ReportType, given: ReportParameters | undefined, now: Date): Parameters {
  const to = given?.to === undefined ? now : timestampDate(given.to);
  const from = given?.from === undefined ? new Date(to.getTime() - usualMs) : timestampDate(given.from);
  const workflowId = given?.workflowId;
  const violations = [
    ...periodProblems({ from, to, now }),
    ...(type === ReportType.ENROLLMENT_FUNNEL && workflowId === undefined
      ? [problem('workflow_id', 'is required for a report of this type', 'required')]
      : []),
    ...(workflowId !== undefined && !mayNameWorkflow.has(type)
      ? [problem('workflow_id', 'has no part in a report of this type', 'not_allowed')]
      : []),
  ];
  if (violations.length > 0) {
    const [first] = violations;
    const message = `${first?.field} ${first?.message}`;
    throw new DomainError('invalid', 'validation_failed', message, { violations });
  }
  return { from, to, bom: given?.bom ?? false, ...(workflowId !== undefined && { workflowId }) };
}

const mayNameWorkflow: ReadonlySet<ReportType> = new Set([
  ReportType.WORKFLOW_PERFORMANCE,
  ReportType.ENROLLMENT_FUNNEL,
  ReportType.EMAIL_ENGAGEMENT,
]);

function periodProblems({ from, to, now }: { from: Date; to: Date; now: Date }): Violation[] {
  if (to > now) return [problem('to', 'must not be in the future', 'range')];
  if (from >= to) return [problem('from', 'must be before the end', 'range')];
  if (to.getTime() - from.getTime() > longestMs)
    return [problem('from', 'must be at most 395 days before the end', 'range')];
  return [];
}

function problem(field: string, message: string, code: Violation['code']): Violation {
  return { field: `parameters.${field}`, message, code };
}

const stored = z.object({
  from: z.string(),
  to: z.string(),
  workflow_id: z.string().optional(),
  bom: z.boolean(),
});

export function packParameters({ from, to, workflowId, bom }: Parameters): string {
  const packed: z.infer<typeof stored> = {
    from: from.toISOString(),
    to: to.toISOString(),
    ...(workflowId !== undefined && { workflow_id: String(workflowId) }),
    bom,
  };
  return JSON.stringify(packed);
}

export function unpackParameters(text: string): Parameters {
  const { from, to, workflow_id: workflowId, bom } = stored.parse(JSON.parse(text));
  return {
    from: new Date(from),
    to: new Date(to),
    ...(workflowId !== undefined && { workflowId: BigInt(workflowId) }),
    bom,
  };
}

export function parametersToProto({ from, to, ...rest }: Parameters) {
  return { from: timestampFromDate(from), to: timestampFromDate(to), ...rest };
}
