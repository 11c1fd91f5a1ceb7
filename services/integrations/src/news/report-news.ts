import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { JobRow, WriteSlice } from '@drippulse/db';
import { appendEvents, topicOf } from '@drippulse/events';
import { addNotices } from '@drippulse/mail';
import { IntegrationEventSchema } from '@drippulse/proto/drippulse/integrations/v1/events_pb';
import { type News, readNews } from '../connections/news-jobs.ts';
import type { ConnectionRow } from '../connections/rows.ts';
import { connectionToProto } from '../connections/to-proto.ts';
import { type Use, workflowsUsing } from '../connections/uses.ts';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { noticeOf } from './notice.ts';
import { findAdmins } from './recipients.ts';

const topic = topicOf(IntegrationEventSchema);

/**
 * Reports a change of a connection: an event, and a mail for each admin. Both are written in the transaction that ends
 * the job, so that repeated runs of the job report each change once. A deleted connection is not reported.
 */
export async function reportNews(ctx: Context, job: JobRow): Promise<WriteSlice<DB>> {
  const news = readNews(job.input);
  const row = await rowOf(ctx, job.organization_id, news.id);
  if (row === undefined) return async () => done;
  const isFailure = news.kind !== 'recovered';
  const uses = isFailure ? await workflowsUsing(ctx, row) : [];
  const admins = isFailure && ctx.mailer !== undefined ? await findAdmins(ctx, row.organization_id) : [];
  return async (trx) => {
    const event = eventOf(ctx, { row, news, uses });
    if (event !== undefined) await appendEvents(trx, topic, [event]);
    const notice = noticeOf(row, news, { uses, publicUrl: ctx.config.publicUrl });
    const outgoing = admins.map(({ userId, to }) => ({
      organizationId: row.organization_id,
      key: `connection ${news.kind} ${row.id} ${news.sequence}:${userId}`,
      to,
      notice,
    }));
    await addNotices(trx, outgoing, { mailFrom: ctx.config.mailFrom, date: ctx.clock.now() });
    return done;
  };
}

const done = { cursor: 'null', processed: 1, isFinished: true };

async function rowOf(ctx: Context, organizationId: bigint, id: bigint): Promise<ConnectionRow | undefined> {
  return ctx.db.kysely
    .selectFrom('connections')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .executeTakeFirst();
}

function eventOf(
  ctx: Context,
  { row, news, uses }: { row: ConnectionRow; news: News; uses: Use[] },
): MessageInitShape<typeof IntegrationEventSchema> | undefined {
  const { credentials: _, ...shown } = connectionToProto(row, { now: ctx.clock.now() });
  // Webhook endpoints get no credentials, not even masked ones.
  const integrationConnection = { ...shown, credentials: Buffer.from('{}') };
  const about = {
    organizationId: row.organization_id,
    aggregate: `integration_connection:${row.id}`,
    sequence: news.sequence,
  };
  const { kind, reason, failedAt } = news;
  if (kind === 'failed') {
    const value = { integrationConnection, reason, workflows: uses };
    return { ...about, payload: { case: 'connectionFailed', value } };
  }
  if (kind === 'recovered') {
    const value = { integrationConnection, ...(failedAt && { failedAt: timestampFromDate(failedAt) }) };
    return { ...about, payload: { case: 'connectionRecovered', value } };
  }
  return undefined;
}
