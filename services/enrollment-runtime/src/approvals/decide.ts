import { DomainError, type Violation } from '@drippulse/errors';
import { type JsonObject, parseJson } from '@drippulse/json';
import type { Caller } from '@drippulse/rpc';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { settleParked } from '../parking/settle-parked.ts';
import { bindPreview } from './binding.ts';
import { findApproval } from './find-approval.ts';
import { requireDecider } from './may-decide.ts';
import { appendApprovalNews } from './news.ts';
import type { ApprovalRow } from './row.ts';

/** A decision, as read from a request. */
export type Decision = {
  id: bigint;
  status: 'approved' | 'rejected';
  comment: string | undefined;
  binding: string | undefined;
  editedArguments?: JsonObject | undefined;
};

/**
 * Decides an approval, in the transaction of the request. A waiting run is locked and settled before the approval's row
 * is written, which is the order that moves and cancels use. If two decisions, or a decision and a cancel or timeout,
 * coincide, the first takes effect and the second changes nothing.
 */
export async function decide(
  ctx: Context,
  trx: Transaction<DB>,
  caller: Caller,
  decision: Decision,
): Promise<ApprovalRow> {
  const { organizationId } = caller;
  const row = await findApproval(trx, organizationId, decision.id);
  requireDecider(caller, row);
  requireBinding(row, decision);
  const edited = editedOf(caller, row, decision);
  const now = await timeOf(ctx, trx);
  requirePending(row, now);
  if (decision.binding !== undefined && decision.binding !== row.binding) throw approvalChanged();
  if (row.kind === 'step' && !(await settleStep(trx, caller, row, decision, now))) throw alreadyDecided();
  const decided = await trx
    .updateTable('approvals')
    .set({
      status: decision.status,
      decider_type: caller.actor.type,
      decider_id: caller.actor.id,
      decided_at: now,
      comment: decision.comment ?? null,
      ...edited,
      version: sql`version + 1`,
    })
    .where('id', '=', row.id)
    .where('organization_id', '=', organizationId)
    .where('status', '=', 'pending')
    .where('binding', '=', row.binding)
    .returningAll()
    .executeTakeFirst();
  if (decided === undefined) throw await lost(trx, row, now);
  await appendApprovalNews(trx, [decided], 'approvalDecided');
  return decided;
}

async function timeOf({ dbNow }: Context, trx: Transaction<DB>): Promise<Date> {
  const { rows } = await sql<{ now: Date }>`select ${dbNow} as now`.execute(trx);
  const [row] = rows;
  if (row === undefined) throw new Error('the database answered no time');
  return row.now;
}

/**
 * Refuses a decision without a binding, unless a step asked for the approval. The preview of an agent's action or of a
 * budget raise may have changed since a person read it; the preview of a step's approval never changes.
 */
function requireBinding({ kind }: ApprovalRow, { binding }: Decision): void {
  if (kind === 'step' || binding !== undefined) return;
  const violations: Violation[] = [{ field: 'binding', message: 'is missing', code: 'required' }];
  throw new DomainError('malformed', 'parameter_missing', 'binding is missing: it says what was decided.', {
    violations,
  });
}

/** Returns the edited arguments, and the binding of the preview that contains them. Both previews are kept. */
function editedOf({ role }: Caller, row: ApprovalRow, { editedArguments }: Decision) {
  if (editedArguments === undefined) return {};
  if (!row.can_edit_arguments) {
    throw new DomainError('failed_precondition', 'approval_not_editable', 'This has no arguments that may be edited.');
  }
  if (role !== 'editor' && role !== 'admin') {
    throw new DomainError('permission_denied', 'insufficient_role', 'Only an editor or an admin may edit arguments.');
  }
  const preview = parseJson(row.preview) as JsonObject; // a preview is stored as an object
  const { text } = bindPreview(editedArguments);
  const { binding } = bindPreview({ ...preview, arguments: editedArguments });
  return { edited_arguments: text, edited_binding: binding };
}

function requirePending({ status, expires_at: expiresAt }: ApprovalRow, now: Date): void {
  if (status !== 'pending') throw alreadyDecided(status);
  if (expiresAt <= now) throw alreadyDecided('expired');
}

/** Lets the run continue past the approval. Returns false when the run has moved on, timed out or ended. */
async function settleStep(
  trx: Transaction<DB>,
  { actor }: Caller,
  row: ApprovalRow,
  { status, comment }: Decision,
  at: Date,
): Promise<boolean> {
  const { workflow_id: workflowId, enrollment_id: enrollmentId, request_key: key } = row;
  if (workflowId === null || enrollmentId === null) throw new Error(`approval ${row.id} of a step has no enrollment`);
  const [word, exit] = status === 'approved' ? ['Approved', 'on_approved'] : ['Rejected', 'on_rejected'];
  const who = actor.type === 'api_key' ? `API key ${actor.id}` : `user ${actor.id}`;
  const message = `${word} by ${who}${comment === undefined ? '' : `: ${comment}`}`;
  return settleParked(trx, { workflowId, enrollmentId, key, result: { outcome: 'succeeded', message, exit }, at });
}

/**
 * Returns the error for a row that has changed since it was first read. Reads the row again, because the transaction
 * that changed the row has released its lock.
 */
async function lost(trx: Transaction<DB>, before: ApprovalRow, now: Date): Promise<DomainError> {
  const row = await findApproval(trx, before.organization_id, before.id);
  if (row.status !== 'pending' || row.expires_at <= now) return alreadyDecided(row.status);
  return approvalChanged();
}

function alreadyDecided(status?: string): DomainError {
  const words: Record<string, string> = {
    approved: 'It was approved already.',
    rejected: 'It was rejected already.',
    expired: 'It has expired.',
    cancelled: 'It was cancelled: what waited for it has ended.',
  };
  const message = (status === undefined ? undefined : words[status]) ?? 'It waits for nobody any more.';
  return new DomainError('already_exists', 'approval_already_decided', message);
}

function approvalChanged(): DomainError {
  return new DomainError('aborted', 'approval_changed', 'What is to be approved has changed since you read it.');
}
