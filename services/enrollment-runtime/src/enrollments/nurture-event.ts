import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { NurtureEventSchema } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import type { Selectable } from 'kysely';
import type { Hits } from '../db/schema.ts';

export const nurtureColumns = [
  ...(['id', 'kind', 'delivery_id', 'url', 'at', 'user_agent', 'verdict', 'reasons', 'detail'] as const),
];
export type NurtureRow = Pick<Selectable<Hits>, (typeof nurtureColumns)[number]>;

/**
 * Converts a reaction to a message. `likely_bot` can be true only for opens and clicks; the other kinds are reports,
 * which need no verdict.
 */
export function nurtureEventToProto(row: NurtureRow) {
  return {
    id: row.id,
    type: row.kind,
    deliveryId: row.delivery_id,
    url: row.url ?? undefined,
    at: timestampFromDate(row.at),
    userAgent: row.user_agent ?? undefined,
    likelyBot: row.verdict !== null && row.verdict !== 'human',
    reasons: row.detail === null ? (row.reasons ?? []) : [row.detail],
  } satisfies MessageInitShape<typeof NurtureEventSchema>;
}
