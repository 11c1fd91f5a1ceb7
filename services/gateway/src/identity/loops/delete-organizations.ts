import { appendEvents, topicOf } from '@drippulse/events';
import { type Loop, startLoop } from '@drippulse/loops';
import { OrganizationEventSchema } from '@drippulse/proto/drippulse/identity/v1/events_pb';
import { appendAudit } from '@drippulse/service';
import { owners, serviceOf } from '@drippulse/topology';
import { type Selectable, sql, type Transaction } from 'kysely';
import type { DB, OrganizationDeletions } from '../../db/schema.ts';
import type { Context } from '../context.ts';
import { mailAdmins } from '../deletions/mail-admins.ts';
import { deletedNotice, warningNotice } from '../deletions/notices.ts';
import { rowsClient } from '../deletions/rows-client.ts';

type Deletion = Selectable<OrganizationDeletions> & { is_due: boolean };

const topic = topicOf(OrganizationEventSchema);
/**
 * Duration of the lease of a deletion. A run ends before its lease. When the lease has ended, another process may take
 * the deletion.
 */
const leaseSeconds = 120;
/** Maximum number of erasing calls in one run. */
const mostCalls = 20;
/**
 * A run begins no further call after this time, so that it ends before its lease even if the last call takes its full
 * timeout.
 */
const runMs = 50_000;
const callTimeoutMs = 60_000;
const longestPauseSeconds = 600;
/**
 * Hours after the erasure at which leftover rows are erased, because late events can still add rows. An event can be
 * late by at most 7 days.
 */
const sweepHours = [1, 24, 8 * 24];
const self = serviceOf('identity');

/**
 * Deletes the organizations whose deletion is due. A deletion stops the organization's work, and erases its rows in
 * every service. The rows in this service are erased last. Afterwards the loop erases a few times the rows that late
 * events added. Every step may run twice.
 */
export function startDeleteOrganizations(ctx: Context): Loop {
  return startLoop({
    name: 'delete-organizations',
    log: ctx.log,
    maxIdleMs: 10_000,
    async run() {
      await measure(ctx);
      const deletion = await claim(ctx);
      if (deletion === undefined) return dueInMs(ctx);
      try {
        await step(ctx, deletion);
      } catch (error) {
        await putOff(ctx, deletion);
        throw error;
      }
      return 0;
    },
  });
}

/**
 * Reports the overdue deletions. The metric is the only sign of a stuck deletion, because nobody in the organization
 * can look at it any more.
 */
async function measure({ db, metrics }: Context): Promise<void> {
  const hours = sql.join(sweepHours.map((each) => sql.lit(each)));
  const { rows } = await sql<{ seconds: number | null }>`
    select max(extract(epoch from now() - case
      when erased_at is not null then erased_at + (array[${hours}])[sweeps + 1] * interval '1 hour'
      else coalesce(started_at, delete_at) end))::float8 as seconds
    from organization_deletions where next_at is not null`.execute(db.kysely);
  metrics.deletionOverdue(Math.max(0, rows[0]?.seconds ?? 0));
}

/** Returns the time until the next step of a deletion is due; undefined when no deletion is scheduled. */
async function dueInMs({ db }: Context): Promise<number | undefined> {
  const { rows } = await sql<{ ms: number | null }>`
    select extract(epoch from min(next_at) - now())::float8 * 1000 as ms from organization_deletions`.execute(
    db.kysely,
  );
  const ms = rows[0]?.ms ?? undefined;
  return ms === undefined ? undefined : Math.max(0, Math.ceil(ms));
}

async function claim({ db }: Context): Promise<Deletion | undefined> {
  const { rows } = await sql<Deletion>`
    update organization_deletions set fence = fence + 1, next_at = now() + make_interval(secs => ${leaseSeconds})
    where organization_id = (
      select organization_id from organization_deletions where next_at <= now()
      order by next_at limit 1 for update skip locked)
    returning *, delete_at <= now() as is_due`.execute(db.kysely);
  return rows[0];
}

function step(ctx: Context, deletion: Deletion): Promise<void> {
  if (deletion.erased_at !== null) return sweep(ctx, deletion);
  if (deletion.started_at !== null) return erase(ctx, deletion);
  return deletion.is_due ? start(ctx, deletion) : warn(ctx, deletion);
}

/**
 * Changes the row while this process has its lease. Returns false when a different process has the lease, or the
 * deletion was cancelled.
 */
async function advance(
  trx: Transaction<DB>,
  { organization_id: organizationId, fence }: Deletion,
  set: { [C in keyof OrganizationDeletions]?: unknown },
): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('organization_deletions')
    .set({ failures: 0, ...set } as never) // the members of `set` are columns, whose values may be SQL
    .where('organization_id', '=', organizationId)
    .where('fence', '=', fence)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

async function warn(ctx: Context, deletion: Deletion): Promise<void> {
  const { organization_id: organizationId, delete_at: deleteAt, requested_at: requestedAt } = deletion;
  await ctx.db.kysely.transaction().execute(async (trx) => {
    if (!(await advance(trx, deletion, { warned_at: sql`now()`, next_at: sql`delete_at` }))) return;
    const notice = warningNotice({
      organization: await nameOf(trx, organizationId),
      deleteAt,
      publicUrl: ctx.config.publicUrl,
    });
    await mailAdmins(ctx, trx, { organizationId, key: `warned:${requestedAt.getTime()}`, notice });
  });
  ctx.wake.mails();
}

/**
 * Starts a deletion, which can then no longer be cancelled: credentials are refused within 5 s, and nothing starts or
 * is sent, as in a suspended organization.
 */
async function start(ctx: Context, deletion: Deletion): Promise<void> {
  const { organization_id: organizationId } = deletion;
  await ctx.db.kysely.transaction().execute(async (trx) => {
    // The next step waits, because the services need time to receive the suspension and to finish running work.
    if (!(await advance(trx, deletion, { started_at: sql`now()`, next_at: sql`now() + interval '5 seconds'` }))) return;
    const { revision } = await trx
      .updateTable('organizations')
      .set({ suspended_at: sql`coalesce(suspended_at, now())` })
      .where('id', '=', organizationId)
      .returning('revision')
      .executeTakeFirstOrThrow();
    const payload = { case: 'suspended', value: {} } as const;
    await appendEvents(trx, topic, [
      { organizationId, sequence: revision, aggregate: `organization:${organizationId}`, payload },
    ]);
    await audit(trx, organizationId, 'organization.deletion_started');
  });
  ctx.relay.wake();
}

async function erase(ctx: Context, deletion: Deletion): Promise<void> {
  const { organization_id: organizationId, requested_at: requestedAt } = deletion;
  const others = owners.map(({ name }) => name).filter((name) => name !== self);
  if (!(await eraseIn(ctx, others, organizationId))) return goOn(ctx, deletion);
  const isOurs = await ctx.db.kysely.transaction().execute(async (trx) => {
    const next_at = sql`now() + make_interval(secs => ${leaseSeconds})`;
    if (deletion.reported_at !== null) return advance(trx, deletion, { next_at });
    if (!(await advance(trx, deletion, { reported_at: sql`now()`, next_at }))) return false;
    const notice = deletedNotice({ organization: await nameOf(trx, organizationId), publicUrl: ctx.config.publicUrl });
    await mailAdmins(ctx, trx, { organizationId, key: `deleted:${requestedAt.getTime()}`, notice });
    // People without an organization are kept for 30 days, which begin now.
    await sql`
      update identities set updated_at = now() where id in (
        select identity_id from memberships where organization_id = ${organizationId})`.execute(trx);
    return true;
  });
  // Only the process that has the lease erases the members, because the final mail must be addressed to the members
  // before they are erased.
  if (!isOurs) return;
  if (!(await eraseIn(ctx, [self], organizationId))) return goOn(ctx, deletion);
  await ctx.db.kysely.transaction().execute(async (trx) => {
    const next = sql`now() + make_interval(hours => ${sweepHours[0]})`;
    if (!(await advance(trx, deletion, { erased_at: sql`now()`, requested_by: null, next_at: next }))) return;
    await audit(trx, organizationId, 'organization.deleted');
  });
  ctx.relay.wake();
  ctx.wake.mails();
}

async function sweep(ctx: Context, deletion: Deletion): Promise<void> {
  const all = owners.map(({ name }) => name);
  if (!(await eraseIn(ctx, all, deletion.organization_id))) return goOn(ctx, deletion);
  const sweeps = deletion.sweeps + 1;
  const hours = sweepHours[sweeps];
  const next = hours === undefined ? null : sql`erased_at + make_interval(hours => ${hours})`;
  await ctx.db.kysely.transaction().execute((trx) => advance(trx, deletion, { sweeps, next_at: next }));
}

/** Erases rows in services, one service after the other. Returns false when there may be more rows. */
async function eraseIn(ctx: Context, services: readonly (typeof self)[], organizationId: bigint): Promise<boolean> {
  let calls = 0;
  const until = performance.now() + runMs;
  for (const name of services) {
    const client = rowsClient(ctx, name, organizationId);
    for (;;) {
      const { isDone } = await client.eraseOrganizationRows({}, { timeoutMs: callTimeoutMs });
      if (isDone) break;
      if (++calls >= mostCalls || performance.now() > until) return false;
    }
  }
  return true;
}

async function goOn(ctx: Context, deletion: Deletion): Promise<void> {
  await ctx.db.kysely.transaction().execute((trx) => advance(trx, deletion, { next_at: sql`now()` }));
}

async function putOff({ db }: Context, { organization_id: organizationId, fence, failures }: Deletion): Promise<void> {
  const pauseSeconds = Math.min(2 ** Math.min(failures, 10), longestPauseSeconds);
  await sql`
    update organization_deletions set failures = failures + 1, next_at = now() + make_interval(secs => ${pauseSeconds})
    where organization_id = ${organizationId} and fence = ${fence}`.execute(db.kysely);
}

async function nameOf(trx: Transaction<DB>, organizationId: bigint): Promise<string> {
  const row = await trx.selectFrom('organizations').select('name').where('id', '=', organizationId).executeTakeFirst();
  return row?.name ?? '';
}

function audit(trx: Transaction<DB>, organizationId: bigint, name: string): Promise<void> {
  return appendAudit(trx, {
    organizationId,
    name,
    resourceId: String(organizationId),
    actor: { type: 'service', id: self },
    before: undefined,
    after: undefined,
  });
}
