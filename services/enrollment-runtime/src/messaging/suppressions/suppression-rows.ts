import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import {
  SuppressionReason as ProtoReason,
  type SuppressionSchema,
} from '@drippulse/proto/drippulse/messaging/v1/suppressions_pb';
import { type Caller, type Mode, modeOf, modeToProto } from '@drippulse/rpc';
import type { Kysely, Selectable } from 'kysely';
import type { DB, Suppressions } from '../../db/schema.ts';
import type { SuppressionReason } from './find-suppression.ts';

export type SuppressionRow = Selectable<Suppressions>;

const reasons: Readonly<Record<SuppressionReason, ProtoReason>> = {
  unsubscribe: ProtoReason.UNSUBSCRIBE,
  bounce: ProtoReason.BOUNCE,
  complaint: ProtoReason.COMPLAINT,
  manual: ProtoReason.MANUAL,
};

/** Whether a string is a reason in the form in which tables and files contain it. */
export function isSuppressionReason(text: string): text is SuppressionReason {
  return Object.hasOwn(reasons, text);
}

export function reasonFromProto(reason: ProtoReason | undefined): SuppressionReason | undefined {
  return (Object.keys(reasons) as SuppressionReason[]).find((name) => reasons[name] === reason);
}

/** Returns the mode of a suppression of the caller's organization; undefined when no suppression has this id. */
export async function findSuppressionMode(
  db: Kysely<DB>,
  { organizationId }: Caller,
  id: unknown,
): Promise<Mode | undefined> {
  const row = await db
    .selectFrom('suppressions')
    .select('mode')
    .where('organization_id', '=', organizationId)
    .where('id', '=', id as bigint) // requests that name a suppression give its id as a bigint
    .executeTakeFirst();
  return row && modeOf(row.mode);
}

export function suppressionToProto(row: SuppressionRow): MessageInitShape<typeof SuppressionSchema> {
  return {
    id: row.id,
    email: row.email,
    channel: row.channel,
    category: row.category ?? undefined,
    reason: isSuppressionReason(row.reason) ? reasons[row.reason] : ProtoReason.UNSPECIFIED,
    source: row.source,
    createdAt: timestampFromDate(row.created_at),
    mode: modeToProto(modeOf(row.mode)),
  };
}
