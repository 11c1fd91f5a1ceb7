import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { type ApiKeySchema, KeyMode } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import type { Selectable } from 'kysely';
import { keyPrefix } from '../../credential-texts/api-key.ts';
import type { ApiKeys } from '../../db/schema.ts';
import { keyRoleToProto, scopesToJson } from './rights.ts';

export function apiKeyToProto(row: Selectable<ApiKeys>): MessageInitShape<typeof ApiKeySchema> {
  return {
    id: row.id,
    ...(row.name !== null && { name: row.name }),
    mode: row.mode === 'test' ? KeyMode.TEST : KeyMode.LIVE,
    keyPrefix: keyPrefix(row.mode),
    lastFour: row.last_four,
    ...(row.expires_at && { expiresAt: timestampFromDate(row.expires_at) }),
    ...(row.last_used_at && { lastUsedAt: timestampFromDate(row.last_used_at) }),
    ...(row.revoked_at && { revokedAt: timestampFromDate(row.revoked_at) }),
    createdAt: timestampFromDate(row.created_at),
    revision: row.revision,
    role: keyRoleToProto(row.role),
    ...(row.scopes && { scopes: scopesToJson(row.scopes) }),
  };
}
