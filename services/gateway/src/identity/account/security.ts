import type { MessageInitShape } from '@bufbuild/protobuf';
import type { SecuritySchema } from '@drippulse/proto/drippulse/identity/v1/mfa_pb';
import type { Selectable } from 'kysely';
import type { Organizations } from '../../db/schema.ts';

export const securityColumns = ['require_mfa', 'revision'] as const;

export function securityToProto(
  row: Pick<Selectable<Organizations>, (typeof securityColumns)[number]>,
): MessageInitShape<typeof SecuritySchema> {
  return { requireMfa: row.require_mfa, revision: row.revision };
}
