import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { findJob, type JobRow, type JobStatus } from '@drippulse/db';
import { DomainError } from '@drippulse/errors';
import { type WebhookRecoverySchema, WebhookRecoveryStatus } from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import type { Kysely } from 'kysely';
import type { DB } from '../db/schema.ts';
import { statusToProto } from '../deliveries/statuses.ts';

export const recoveryKind = 'webhook_recovery';

/** The deliveries that a recovery sends again: deliveries with one status whose events are in a time span. */
export type Span = { webhookId: bigint; since: Date; until: Date; status: string };

/** Progress of a recovery: every delivery up to `after` is done. */
export type Place = { after: bigint; requeued: number; skipped: number };

const beginning: Place = { after: 0n, requeued: 0, skipped: 0 };

/** Writes the job's input as JSON. Ids are strings, because exact JSON numbers end at 2^53. */
export function writeSpan({ webhookId, since, until, status }: Span): string {
  return JSON.stringify({ webhook_id: String(webhookId), since, until, status });
}

export function readSpan(text: string): Span {
  const { webhook_id: webhookId, since, until, status } = JSON.parse(text);
  return { webhookId: BigInt(webhookId), since: new Date(since), until: new Date(until), status };
}

export function writePlace({ after, ...counts }: Place): string {
  return JSON.stringify({ after: String(after), ...counts });
}

export function readPlace(text: string | null): Place {
  if (text === null) return beginning;
  const { after, requeued, skipped } = JSON.parse(text);
  return { after: BigInt(after), requeued, skipped };
}

/** Finds the recovery, if it belongs to this webhook. */
export async function findRecovery(
  db: Kysely<DB>,
  o: { organizationId: bigint; webhookId: bigint; id: bigint },
): Promise<JobRow> {
  const job = await findJob(db, { organizationId: o.organizationId, kind: recoveryKind, id: o.id });
  if (job !== undefined && readSpan(job.input).webhookId === o.webhookId) return job;
  throw new DomainError('not_found', 'recovery_not_found', 'The webhook has no recovery with this id.');
}

const statuses: Record<JobStatus, WebhookRecoveryStatus> = {
  queued: WebhookRecoveryStatus.QUEUED,
  running: WebhookRecoveryStatus.RUNNING,
  completed: WebhookRecoveryStatus.COMPLETED,
  failed: WebhookRecoveryStatus.FAILED,
  cancelled: WebhookRecoveryStatus.CANCELLED,
};

export function recoveryToProto(job: JobRow): MessageInitShape<typeof WebhookRecoverySchema> {
  const { requeued, skipped } = readPlace(job.cursor);
  return {
    ...previewToProto(readSpan(job.input), job.total),
    id: job.id,
    status: statuses[job.status],
    processedCount: job.processed,
    requeuedCount: BigInt(requeued),
    skippedCount: BigInt(skipped),
    error: job.error ?? undefined,
    createdAt: timestampFromDate(job.created_at),
    finishedAt: job.finished_at === null ? undefined : timestampFromDate(job.finished_at),
  };
}

/** Converts the recovery that a dry run describes. */
export function previewToProto(span: Span, total: bigint): MessageInitShape<typeof WebhookRecoverySchema> {
  return {
    webhookId: span.webhookId,
    since: timestampFromDate(span.since),
    until: timestampFromDate(span.until),
    deliveryStatus: statusToProto(span.status),
    totalCount: total,
  };
}
