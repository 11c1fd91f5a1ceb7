import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { HandlerContext } from '@connectrpc/connect';
import { encodeCursor, readPage } from '@drippulse/db';
import { DomainError, type Violation } from '@drippulse/errors';
import { ExplainDecision, type ExplainRequest } from '@drippulse/proto/drippulse/journeys/v1/explain_pb';
import { callerOf, listedMode } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { loadDefinitions } from '../definitions/load-definitions.ts';
import type { Decision, SourceRow } from '../explain/answer.ts';
import { readAnswers } from '../explain/read-answers.ts';
import type { Place } from '../explain/window.ts';
import { requireLane } from '../lanes/require-lane.ts';

const decisions: Readonly<Record<Decision, ExplainDecision>> = {
  started: ExplainDecision.STARTED,
  refused: ExplainDecision.REFUSED,
  held: ExplainDecision.HELD,
  skipped: ExplainDecision.SKIPPED,
  sent: ExplainDecision.SENT,
  suppressed: ExplainDecision.SUPPRESSED,
  waiting: ExplainDecision.WAITING,
  ended: ExplainDecision.ENDED,
};

/** Lists the decisions about a person, as they were recorded. Nothing is decided again. */
export async function explain(ctx: Context, request: ExplainRequest, call: HandlerContext) {
  const { email, leadRef } = nameOf(request);
  const page = readPage(request, ['time', 'bigint', 'bigint', 'bigint']);
  const caller = callerOf(call);
  const { workflowId } = request;
  if (workflowId !== undefined) await requireWorkflow(ctx, call, workflowId);
  const person = {
    organizationId: caller.organizationId,
    mode: listedMode(request, caller),
    email,
    leadRef,
    workflowId,
  };
  const answers = await readAnswers(ctx, person, { after: readPlace(page.after), limit: page.limit });
  const shown = answers.slice(0, page.limit);
  const stepOf = await stepsOf(
    ctx,
    shown.map(({ row }) => row),
  );
  const isDeleted = await deletedAmong(
    ctx,
    caller.organizationId,
    shown.map(({ row }) => row),
  );
  const last = shown.at(-1)?.place;
  return {
    contact: { email, leadRef },
    answers: shown.map(({ row }) => answerToProto(row, stepOf(row), isDeleted(row))),
    nextCursor:
      answers.length > page.limit && last ? encodeCursor([last.at, last.source, last.major, last.minor]) : undefined,
  };
}

/**
 * Requires that the workflow exists or is deleted. Decisions about a deleted workflow are kept until their retention
 * ends.
 */
async function requireWorkflow(ctx: Context, call: HandlerContext, workflowId: bigint): Promise<void> {
  const { organizationId } = callerOf(call);
  const deleted = await findDeleted(ctx, organizationId, [workflowId]);
  if (deleted.size === 0) await requireLane(ctx, call, workflowId);
}

async function deletedAmong(ctx: Context, organizationId: bigint, rows: readonly SourceRow[]) {
  const ids = new Set(rows.flatMap(({ workflowId }) => workflowId ?? []));
  const deleted = await findDeleted(ctx, organizationId, [...ids]);
  return ({ workflowId }: SourceRow) => workflowId !== null && deleted.has(workflowId);
}

async function findDeleted({ db }: Context, organizationId: bigint, ids: readonly bigint[]): Promise<Set<bigint>> {
  if (ids.length === 0) return new Set();
  const rows = await db.kysely
    .selectFrom('lanes')
    .select('workflow_id')
    .where('organization_id', '=', organizationId)
    .where('workflow_id', 'in', ids)
    .where('state', '=', 'deleted')
    .execute();
  return new Set(rows.map(({ workflow_id }) => workflow_id));
}

/**
 * Returns the identifiers of the person. The gateway requires an address or a reference. An empty string identifies
 * nobody, so a request in which both are empty is refused.
 */
function nameOf({ email, leadRef }: ExplainRequest) {
  if (email || leadRef) return { email: email || undefined, leadRef: leadRef || undefined };
  const violations: Violation[] = ['email', 'lead_ref'].map((field) => ({
    field,
    message: 'is required, unless the other one is given',
    code: 'required',
  }));
  throw new DomainError('malformed', 'parameter_missing', 'Required parameter missing: email or lead_ref', {
    violations,
  });
}

function readPlace(after: string[] | undefined): Place | undefined {
  if (after === undefined) return undefined;
  const [at = '', source = '', major = '', minor = ''] = after;
  return { at, source: Number(source), major, minor };
}

type Step = { id: string; type: string };

/**
 * Returns a function that finds the step of a row. It finds a step only if the row has the step's index instead of its
 * id.
 */
async function stepsOf(ctx: Context, rows: readonly SourceRow[]): Promise<(row: SourceRow) => Step | undefined> {
  const placeOf = ({ workflowId, step }: SourceRow) =>
    workflowId === null || step === null || 'id' in step
      ? []
      : [{ workflowId, version: step.version, index: step.index }];
  const definitionOf = await loadDefinitions(ctx.definitions, rows.flatMap(placeOf));
  return (row) => {
    const [place] = placeOf(row);
    return place && definitionOf(place).steps[place.index];
  };
}

function answerToProto(row: SourceRow, found: Step | undefined, workflowDeleted: boolean) {
  const { at, workflowId, enrollmentId, step, decision, reason, rule, until, detail } = row;
  return {
    at: timestampFromDate(at),
    workflowId: workflowId ?? undefined,
    enrollmentId: enrollmentId ?? undefined,
    stepId: step !== null && 'id' in step ? step.id : found?.id,
    decision: decisions[decision],
    reason: reason ?? found?.type ?? '',
    rule: rule ?? undefined,
    until: until === null ? undefined : timestampFromDate(until),
    detail,
    ...(workflowDeleted && { workflowDeleted }),
  };
}
