import type { MessageInitShape } from '@bufbuild/protobuf';
import type { NotificationsSchema } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import type { Selectable } from 'kysely';
import type { Memberships } from '../../db/schema.ts';
import { topics } from './topics.ts';

/** The columns that `notificationsToProto` reads. */
export const choiceColumns = ['muted_notifications', 'revision'] as const;

/** Converts a user's choices. All choices are on, except those that the user switched off. */
export function notificationsToProto(
  row: Pick<Selectable<Memberships>, (typeof choiceColumns)[number]>,
): MessageInitShape<typeof NotificationsSchema> {
  const muted = new Set(row.muted_notifications);
  return { ...Object.fromEntries(topics.map((topic) => [topic, !muted.has(topic)])), revision: row.revision };
}
