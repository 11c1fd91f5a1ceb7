import type { HandlerContext } from '@connectrpc/connect';
import { DomainError, type Violation } from '@drippulse/errors';
import {
  type BulkEnrollRequest,
  EnrollmentsService,
  OnQuota,
} from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { callerOf, causeOf } from '@drippulse/rpc';
import { transact } from '@drippulse/writes';
import type { Transaction } from 'kysely';
import { countInChains } from '../chains/count-in-chains.ts';
import { ChainCut, reportingCuts } from '../chains/report-cut.ts';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { judgeAll } from '../enrolling/admit.ts';
import { AllRefused, notingRefused, refusedRows, shownRefused } from '../enrolling/all-refused.ts';
import { enroll, idsOf, type Link } from '../enrolling/enroll.ts';
import { readRecords } from '../enrolling/read-records.ts';
import { type Refusal, type Rows, readRows } from '../enrolling/read-rows.ts';
import type { Lane } from '../lanes/lane.ts';
import { requireLane, requireLockedLane } from '../lanes/require-lane.ts';

/** Enrolls all rows or none, in one transaction, which locks the state of the workflow. */
export async function bulkEnroll(ctx: Context, request: BulkEnrollRequest, call: HandlerContext) {
  const { state, version } = await requireLane(ctx, call, request.workflowId);
  // The definitions are loaded before the transaction. Otherwise many calls could each occupy one connection, need a
  // second one for the load, and wait for each other.
  await ctx.definitions.get(request.workflowId, version);
  const read = await readRows(request.contacts, { mayBeEmpty: request.crm !== undefined });
  const isRefused = state === 'archived' || 'refused' in read;
  if (request.agentId !== undefined && !isRefused) await requireAgent(ctx, call, request.agentId);
  const records =
    request.crm === undefined || isRefused
      ? { contacts: [] }
      : await readRecords(ctx, call, request.crm, read.contacts.length);
  if (request.dryRun === true) return rehearse(ctx, request, call, { read, records });
  const { bulkEnroll: method } = EnrollmentsService.method;
  const response = await reportingCuts(ctx, () =>
    notingRefused(ctx, () =>
      transact(ctx, call, method, request, async (trx, { organizationId, mode }) => {
        const lane = await requireLockedLane(trx, { organizationId, workflowId: request.workflowId });
        const rows = requireRows(lane, request, read, records);
        const timezone = readTimezone(request.timezone);
        const links = await continueChain(ctx, trx, lane, { cause: causeOf(call), count: rows.contacts.length });
        const { contacts } = rows;
        const beyondQuota = beyondQuotaOf(request, call);
        const agentId = request.agentId ?? null;
        const entrants = { lane, mode, timezone, agentId, contacts, beyondQuota, ...(links && { links }) };
        const entries = await enroll(ctx, trx, entrants);
        const refused = refusedRows(entries, rows.indexes);
        if (refused.length === entries.length) throw new AllRefused(lane, mode, contacts, entries, refused);
        const ids = idsOf(entries);
        return {
          createdCount: BigInt(ids.length),
          enrollmentIds: ids,
          refusedCount: BigInt(refused.length),
          refused: refused.slice(0, shownRefused),
          ...(rows.skippedCount > 0 && { skippedInvalidRows: BigInt(rows.skippedCount) }),
          skipped: rows.skipped,
        };
      }),
    ),
  );
  ctx.relay.wake();
  ctx.wake.advance();
  return response;
}

type Read = { read: Rows | Refusal; records: { contacts: string[] } | Refusal };

/**
 * Returns the result that the call would have without `dry_run`. It passes the contacts through the real gate, but its
 * transaction only takes locks and writes nothing.
 */
async function rehearse(ctx: Context, request: BulkEnrollRequest, call: HandlerContext, { read, records }: Read) {
  const { organizationId, mode } = callerOf(call);
  const beyondQuota = beyondQuotaOf(request, call);
  const { rows, admitted } = await ctx.db.kysely.transaction().execute(async (trx) => {
    const lane = await requireLockedLane(trx, { organizationId, workflowId: request.workflowId });
    const rows = requireRows(lane, request, read, records);
    const [admitted] = await judgeAll(ctx, trx, [
      {
        ...{ lane, mode, timezone: readTimezone(request.timezone), agentId: request.agentId ?? null },
        contacts: rows.contacts,
        beyondQuota: beyondQuota === 'hold' ? 'leave_out' : beyondQuota,
      },
    ]);
    return { rows, admitted };
  });
  const { covered = [], entries = [] } = admitted ?? {};
  const refused = refusedRows(entries, rows.indexes);
  call.responseHeader.set('x-http-status', '200');
  return {
    createdCount: BigInt(covered.length),
    enrollmentIds: [],
    refusedCount: BigInt(refused.length),
    refused: refused.slice(0, shownRefused),
    ...(rows.skippedCount > 0 && { skippedInvalidRows: BigInt(rows.skippedCount) }),
    skipped: rows.skipped,
    dryRun: true,
    heldOutCount: BigInt(covered.filter(({ entrant }) => entrant.isHeldOut).length),
  };
}

/**
 * Returns the treatment of contacts beyond the quota. If a service enrolls a person, for example from a form, no user
 * is there to react to a refusal, so the person is held.
 */
function beyondQuotaOf({ onQuota }: BulkEnrollRequest, call: HandlerContext): 'hold' | 'refuse' | 'leave_out' {
  if (callerOf(call).actor.type === 'service') return 'hold';
  return onQuota === OnQuota.PARTIAL ? 'leave_out' : 'refuse';
}

/**
 * Requires that the agent exists. The agents service refuses an agent of another organization, with the reason that the
 * API reference names.
 */
async function requireAgent(ctx: Context, call: HandlerContext, id: bigint): Promise<void> {
  await ctx.clients.agents.checks(callerOf(call), call).checkAgent({ id });
}

/** Counts all contacts of a request that continues a chain. Throws unless the chain's budget covers all of them. */
async function continueChain(
  ctx: Context,
  trx: Transaction<DB>,
  { organizationId, workflowId }: Lane,
  { cause, count }: { cause: string | undefined; count: number },
): Promise<Link[] | undefined> {
  if (cause === undefined) return undefined;
  const chain = { organizationId, cause };
  const covered = await countInChains(
    ctx,
    trx,
    Array.from({ length: count }, () => chain),
  );
  if (!covered.every(Boolean)) throw new ChainCut({ ...chain, workflowId }, ctx.config.chainBudget);
  return covered.map(() => ({ cause, counts: false }));
}

/** Checks the rows, in the order that the API reference specifies. */
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
  if ('refused' in records) throw records.refused;
  const contacts = [...read.contacts, ...records.contacts];
  if (contacts.length === 0) {
    const violations = read.skipped.map(({ index, reason }) => ({ field: `contacts.${index}`, message: reason }));
    const message = request.crm === undefined ? 'No row can be enrolled.' : 'No record meets the filter.';
    throw new DomainError('invalid', 'no_enrollments_created', message, { violations });
  }
  const indexes = [...read.indexes, ...records.contacts.map((_, place) => read.count + place)];
  return { ...read, contacts, indexes };
}

function readTimezone(timezone: string | undefined): string {
  if (timezone === undefined || timezone === '') return 'UTC';
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone });
    return timezone;
  } catch (cause) {
    const message = 'must be an IANA time zone such as Europe/Berlin';
    const violations: Violation[] = [{ field: 'timezone', message, code: 'format' }];
    throw new DomainError('invalid', 'invalid_timezone', `timezone ${message}`, { violations, cause });
  }
}
