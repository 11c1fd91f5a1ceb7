import type { HandlerContext } from '@connectrpc/connect';
import { transact } from '@drippulse/db';
import { DomainError } from '@drippulse/errors';
import { type BulkEnrollRequest, EnrollmentsService } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import type { Context } from '../context.ts';
import { enroll } from '../enrolling/enroll.ts';
import { readRecords } from '../enrolling/read-records.ts';
import { type Refusal, type Rows, readRows } from '../enrolling/read-rows.ts';
import type { Lane } from '../lanes/lane.ts';
import { requireLane, requireLockedLane } from '../lanes/require-lane.ts';

/** Enrolls all rows in one transaction, which locks the state of the workflow, or none. */
export async function bulkEnroll(ctx: Context, request: BulkEnrollRequest, call: HandlerContext) {
  const { state } = await requireLane(ctx, call, request.workflowId);
  const read = await readRows(request.contacts, { mayBeEmpty: request.crm !== undefined });
  const isRefused = state === 'archived' || 'refused' in read;
  const records =
    request.crm === undefined || isRefused
      ? { contacts: [] }
      : await readRecords(ctx, call, request.crm, read.contacts.length);
  const { bulkEnroll: method } = EnrollmentsService.method;
  const response = await transact(ctx, call, method, request, async (trx, { organizationId, mode }) => {
    const lane = await requireLockedLane(trx, { organizationId, workflowId: request.workflowId });
    const rows = requireRows(lane, request, read, records);
    const timezone = readTimezone(request.timezone);
    const ids = await enroll(ctx, trx, { lane, mode, timezone, agentId: null, contacts: rows.contacts });
    return {
      createdCount: BigInt(ids.length),
      enrollmentIds: ids,
      ...(rows.skippedCount > 0 && { skippedInvalidRows: BigInt(rows.skippedCount) }),
      skipped: rows.skipped,
    };
  });
  ctx.relay.wake();
  ctx.wake.advance();
  return response;
}

/** Checks in the order of the reference. */
function requireRows(
  lane: Lane,
  request: BulkEnrollRequest,
  read: Rows | Refusal,
  records: { contacts: string[] } | Refusal,
): Rows {
  if (lane.state === 'archived') {
    throw new DomainError('failed_precondition', 'workflow_archived', 'An archived workflow takes no new enrollments.');
  }
  if ('refused' in read) throw read.refused;
  if (request.agentId !== undefined) {
    throw new DomainError('not_found', 'agent_not_found', 'There is no agent with this id.');
  }
  if ('refused' in records) throw records.refused;
  const contacts = [...read.contacts, ...records.contacts];
  if (contacts.length === 0) {
    const violations = read.skipped.map(({ index, reason }) => ({ field: `contacts.${index}`, message: reason }));
    const message = request.crm === undefined ? 'No row can be enrolled.' : 'No record meets the filter.';
    throw new DomainError('invalid', 'no_enrollments_created', message, { violations });
  }
  return { ...read, contacts };
}

function readTimezone(timezone: string | undefined): string {
  if (timezone === undefined || timezone === '') return 'UTC';
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone });
    return timezone;
  } catch (cause) {
    const message = 'timezone must be an IANA time zone such as Europe/Berlin';
    const violations = [{ field: 'timezone', message }];
    throw new DomainError('invalid', 'invalid_timezone', message, { violations, cause });
  }
}
