import { timestampDate } from '@bufbuild/protobuf/wkt';
import { refuseViolations, type Violation } from '@drippulse/errors';
import { isRawNumber, type JsonObject, parseJson } from '@drippulse/json';
import type { RequestApprovalRequest } from '@drippulse/proto/drippulse/journeys/v1/approvals_pb';
import type { Caller } from '@drippulse/rpc';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { bindPreview } from './binding.ts';
import { erasedMessage } from './blank-approvals.ts';
import { defaultRoles } from './default-roles.ts';
import { kindFromProto, roleFromProto } from './enums.ts';
import { appendApprovalNews } from './news.ts';
import type { ApprovalRow } from './row.ts';

const longestKey = 255;
const longestMessage = 2_000;
const mostPreviewBytes = 256 * 1024;
const longestMs = 366 * 86_400_000;

type Asked = ReturnType<typeof readRequest>;

/**
 * Reads the request of another service. Throws an error that names the mistake, because a mistake in such a request is
 * a bug of the requesting service.
 */
export function readRequest(request: RequestApprovalRequest, now: Date) {
  const { key, message } = request;
  const kind = kindFromProto(request.kind);
  const preview = readObject(request.preview);
  const given = request.roles.flatMap((role) => roleFromProto(role) ?? []);
  const usual = kind === 'budget' ? (['admin'] as const) : defaultRoles;
  const roles = given.length === 0 ? usual : given;
  const expiresAt = request.expiresAt && timestampDate(request.expiresAt);
  const canEditArguments = request.canEditArguments;
  refuseViolations([
    ...problem(key === '' || key.length > longestKey, 'key', `must have 1 to ${longestKey} characters`),
    ...problem(kind === undefined || kind === 'step', 'kind', 'must be an action of an agent or a budget'),
    ...problem(
      message === '' || message.length > longestMessage,
      'message',
      `must have 1 to ${longestMessage} characters`,
    ),
    ...problem(preview === undefined, 'preview', `must be an object of at most ${mostPreviewBytes / 1024} KiB`),
    ...problem(!roles.every((role) => usual.includes(role)), 'roles', `must be among: ${usual.join(', ')}`),
    ...problem(
      expiresAt === undefined || expiresAt.getTime() > now.getTime() + longestMs,
      'expires_at',
      'must be within a year',
    ),
    ...problem(
      request.enrollmentId !== undefined && request.workflowId === undefined,
      'workflow_id',
      'is needed with enrollment_id',
    ),
    ...problem(canEditArguments && !isObject(preview?.['arguments']), 'can_edit_arguments', 'needs preview.arguments'),
  ]);
  return {
    key,
    kind: kind ?? '',
    message,
    preview: bindPreview(preview ?? {}),
    roles: [...new Set(roles)],
    allowApiKeys: request.allowApiKeys,
    canEditArguments,
    expiresAt: expiresAt ?? now,
    workflowId: request.workflowId ?? null,
    enrollmentId: request.enrollmentId ?? null,
    agentId: request.agentId ?? null,
    executionId: request.executionId ?? null,
  };
}

/**
 * Stores the approval that a service asks for, once per key, and returns it. An approval for an enrollment that was
 * cancelled, removed or erased is cancelled immediately, and none of its content is kept.
 */
export async function storeRequest(
  { dbNow }: Pick<Context, 'dbNow'>,
  trx: Transaction<DB>,
  { organizationId, mode }: Caller,
  asked: Asked,
): Promise<ApprovalRow> {
  const isGone = asked.enrollmentId !== null && !(await lockEnrollment(trx, organizationId, asked));
  const shown = isGone ? { message: erasedMessage, preview: bindPreview({}) } : asked;
  const added = await trx
    .insertInto('approvals')
    .values({
      organization_id: organizationId,
      mode,
      kind: asked.kind,
      request_key: asked.key,
      workflow_id: asked.workflowId,
      enrollment_id: asked.enrollmentId,
      agent_id: asked.agentId,
      execution_id: asked.executionId,
      message: shown.message,
      preview: shown.preview.text,
      binding: shown.preview.binding,
      roles: asked.roles,
      allow_api_keys: asked.allowApiKeys,
      can_edit_arguments: asked.canEditArguments,
      expires_at: asked.expiresAt,
      created_at: dbNow,
      ...(isGone && { status: 'cancelled', decided_at: dbNow }),
    })
    .onConflict((conflict) => conflict.columns(['organization_id', 'mode', 'request_key']).doNothing())
    .returningAll()
    .executeTakeFirst();
  if (isGone && added !== undefined) return added;
  const changed = added ?? (await showAnew(trx, { organizationId, mode }, asked));
  if (changed !== undefined) {
    await appendApprovalNews(trx, [changed], 'approvalRequested');
    return changed;
  }
  return trx
    .selectFrom('approvals')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('mode', '=', mode)
    .where('request_key', '=', asked.key)
    .executeTakeFirstOrThrow();
}

/**
 * Locks the run of an enrollment, or the enrollment if its run has ended, so that a cancel or removal of the enrollment
 * sees the approval. Returns false when a cancel or removal came first.
 */
async function lockEnrollment(
  trx: Transaction<DB>,
  organizationId: bigint,
  { workflowId, enrollmentId }: Pick<Asked, 'workflowId' | 'enrollmentId'>,
): Promise<boolean> {
  const own = sql`workflow_id = ${workflowId} and organization_id = ${organizationId}`;
  const { rows: living } = await sql`
    select from runs where ${own} and enrollment_id = ${enrollmentId} for share`.execute(trx);
  if (living.length > 0) return true;
  const { rows: ended } = await sql`
    select from enrollments
    where ${own} and id = ${enrollmentId} and erased_at is null and exists (
      select from outcomes where ${own} and enrollment_id = ${enrollmentId} and status <> 'cancelled')
    for share`.execute(trx);
  return ended.length > 0;
}

/**
 * Replaces the preview of a pending approval if the new preview differs. The members who may decide are notified again,
 * as if the approval were new.
 */
function showAnew(
  trx: Transaction<DB>,
  { organizationId, mode }: Pick<Caller, 'organizationId' | 'mode'>,
  { key, message, preview }: Asked,
): Promise<ApprovalRow | undefined> {
  return trx
    .updateTable('approvals')
    .set({
      message,
      preview: preview.text,
      binding: preview.binding,
      version: sql`version + 1`,
      notified_at: null,
    })
    .where('organization_id', '=', organizationId)
    .where('mode', '=', mode)
    .where('request_key', '=', key)
    .where('status', '=', 'pending')
    .where((column) => column.or([column('binding', '!=', preview.binding), column('message', '!=', message)]))
    .returningAll()
    .executeTakeFirst();
}

function problem(isWrong: boolean, field: string, message: string): Violation[] {
  return isWrong ? [{ field, message }] : [];
}

function readObject(bytes: Uint8Array): JsonObject | undefined {
  if (bytes.byteLength === 0 || bytes.byteLength > mostPreviewBytes) return undefined;
  try {
    const value = parseJson(Buffer.from(bytes).toString());
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value as JsonObject);
}
