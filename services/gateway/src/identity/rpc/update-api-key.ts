import type { HandlerContext } from '@connectrpc/connect';
import { refuseViolations } from '@drippulse/errors';
import { ApiKeysService, type UpdateApiKeyRequest } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { transact } from '@drippulse/writes';
import type { Transaction } from 'kysely';
import { credentialsChangedHeader } from '../../call-metadata.ts';
import type { DB } from '../../db/schema.ts';
import { keyNameProblems } from '../api-keys/fields.ts';
import { apiKeyNotFound } from '../api-keys/not-found.ts';
import { keyRoleFromProto, readScopes, refuseMoreThanOwn } from '../api-keys/rights.ts';
import { apiKeyToProto } from '../api-keys/to-proto.ts';
import type { Context } from '../context.ts';
import { maskedFields } from '../update-mask.ts';

const { updateApiKey: method } = ApiKeysService.method;

export async function updateApiKey(ctx: Context, request: UpdateApiKeyRequest, call: HandlerContext) {
  const changes = readChanges(request);
  const response = await transact(ctx, call, method, request, async (trx, caller) => {
    const key = await findKey(trx, caller.organizationId, request.id);
    const { name = key.name, role = key.role, scopes = key.scopes } = changes;
    refuseMoreThanOwn(caller, scopes);
    const row = await trx
      .updateTable('api_keys')
      .set({ name, role, scopes })
      .where('organization_id', '=', caller.organizationId)
      .where('id', '=', key.id)
      .returningAll()
      .executeTakeFirstOrThrow();
    return { apiKey: apiKeyToProto(row) };
  });
  call.responseHeader.set(credentialsChangedHeader, 'true');
  return response;
}

function readChanges(request: UpdateApiKeyRequest): { name?: string | null; role?: string; scopes?: string[] | null } {
  const { name, role, scopes: json } = maskedFields(request, ['name', 'role', 'scopes']);
  const scopes = json && readScopes(json);
  refuseViolations([
    ...keyNameProblems(name),
    ...(role === null ? [{ field: 'role', message: 'must not be empty', code: 'required' as const }] : []),
    ...(scopes?.problems ?? []),
  ]);
  return {
    ...(name !== undefined && { name }),
    ...(role && { role: keyRoleFromProto(role) }),
    ...(json !== undefined && { scopes: scopes?.scopes ?? null }),
  };
}

async function findKey(trx: Transaction<DB>, organizationId: bigint, id: bigint) {
  const key = await trx
    .selectFrom('api_keys')
    .select(['id', 'name', 'role', 'scopes'])
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (!key) throw apiKeyNotFound();
  return key;
}
