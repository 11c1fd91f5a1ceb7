import { ApiKeysService, SessionsService } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { WorkflowCatalogService } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { expect, test } from '@jest/globals';
import { checkAccess } from './access.ts';
import type { Caller } from './caller.ts';

const admin: Caller = { organizationId: 1n, actor: { type: 'user', id: '1' }, role: 'admin', mode: 'live' };
const viewer: Caller = { ...admin, role: 'viewer' };
const key: Caller = { ...admin, actor: { type: 'api_key', id: '2' } };
const testKey: Caller = { ...key, mode: 'test' };
const reader: Caller = { ...key, scopes: ['api_keys:read'] };
const writer: Caller = { ...key, scopes: ['api_keys:write'] };
const { createApiKey, listApiKeys } = ApiKeysService.method;
const { login, logout, verifySession } = SessionsService.method;

test.each([
  ['an administrator', 'what administrators may', admin, createApiKey],
  ['an API key', 'what administrators may', key, createApiKey],
  ['a viewer', 'what viewers may', viewer, listApiKeys],
  ['a viewer', 'what users may', viewer, logout],
  ['a test key', 'what needs no credential', testKey, login],
  ['a key with the scope of the read', 'it', reader, listApiKeys],
  ['a key with the scope of the write', 'it', writer, createApiKey],
  ['a key with the scope of the write', 'reads of the area', writer, listApiKeys],
  ['a key with other scopes', 'what every key may', reader, verifySession],
  ['a key with scopes', 'what needs no credential', reader, login],
  ['a key with scopes', 'what only services call', reader, WorkflowCatalogService.method.countByProject],
  ['a viewer', 'what only services call', viewer, WorkflowCatalogService.method.countByProject],
])('%s may call %s', (_who, _what, caller, method) => {
  expect(() => checkAccess(method, caller)).not.toThrow();
});

test.each([
  ['a viewer', 'what administrators may', viewer, createApiKey, 'insufficient_role'],
  ['an API key', 'what only users may', key, logout, 'user_required'],
  [
    'a service',
    'what only users may',
    { ...admin, actor: { type: 'service', id: 'workflows' } } as const,
    logout,
    'user_required',
  ],
  ['a test key', 'what test keys may not', testKey, listApiKeys, 'test_mode'],
  ['a key with the scope of the read', 'the write', reader, createApiKey, 'insufficient_scope'],
  ['a key with no scope', 'any read', { ...key, scopes: [] }, listApiKeys, 'insufficient_scope'],
  ['a key with scopes', 'what only users may', writer, logout, 'user_required'],
])('%s may not call %s', (_who, _what, caller, method, reason) => {
  expect(() => checkAccess(method, caller)).toThrow(expect.objectContaining({ kind: 'permission_denied', reason }));
});
