import type { Violation } from '@drippulse/errors';
import { DomainError } from '@drippulse/errors';
import { type JsonValue, nearest, parseJson } from '@drippulse/json';
import { KeyRole } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { publicServices } from '@drippulse/proto/public-services';
import { type Caller, permits, scopeOf } from '@drippulse/rpc';

/** The scopes that methods of this version require. */
const knownScopes: ReadonlySet<string> = new Set(
  publicServices.flatMap((service) => service.methods.flatMap((method) => scopeOf(method) ?? [])),
);

const keyRoles = { viewer: KeyRole.VIEWER, editor: KeyRole.EDITOR, admin: KeyRole.ADMIN } as const;

/** Converts the role of a row. A check constraint of the table allows no other role. */
export function keyRoleToProto(role: string): KeyRole {
  return Object.entries(keyRoles).find(([known]) => known === role)?.[1] ?? KeyRole.UNSPECIFIED;
}

/** Converts the role of a request. */
export function keyRoleFromProto(role: KeyRole | undefined): keyof typeof keyRoles {
  if (role === KeyRole.VIEWER) return 'viewer';
  return role === KeyRole.EDITOR ? 'editor' : 'admin';
}

/** Converts scopes to JSON, as the API shows them. */
export function scopesToJson(scopes: readonly string[]): Uint8Array {
  return Buffer.from(JSON.stringify(scopes));
}

/**
 * Reads the member `scopes` of a request, sorted and without duplicates. Returns the scopes and the violations found.
 */
export function readScopes(json: Uint8Array): { scopes: string[]; problems: Violation[] } {
  const value = parseJson(new TextDecoder().decode(json));
  if (!Array.isArray(value))
    return { scopes: [], problems: [{ field: 'scopes', message: 'must be a list', code: 'type' }] };
  if (value.length === 0 || value.length > knownScopes.size) {
    const message = `must have 1 to ${knownScopes.size} scopes; leave it out for a key without scopes`;
    return { scopes: [], problems: [{ field: 'scopes', message, code: 'length' }] };
  }
  const problems = value.flatMap((scope, index) => scopeProblems(`scopes.${index}`, scope));
  const scopes = [...new Set(value.filter((scope) => typeof scope === 'string'))].sort();
  return { scopes, problems };
}

function scopeProblems(field: string, scope: JsonValue): Violation[] {
  if (typeof scope !== 'string') return [{ field, message: 'must be a string', code: 'type' }];
  if (knownScopes.has(scope)) return [];
  const suggestion = nearest(scope, knownScopes);
  return [
    {
      field,
      message: 'is not a scope',
      code: 'enum',
      allowed: [...knownScopes].sort(),
      ...(suggestion && { suggestion }),
    },
  ];
}

/** Refuses to give a key scopes that the caller lacks. A key with scopes cannot create a key without scopes. */
export function refuseMoreThanOwn({ scopes: own }: Caller, scopes: readonly string[] | null): void {
  if (own === undefined) return;
  const missing = scopes === null ? undefined : scopes.find((scope) => !permits(own, scope));
  if (scopes !== null && missing === undefined) return;
  throw new DomainError(
    'permission_denied',
    'insufficient_scope',
    missing === undefined
      ? 'An API key with scopes gives no key the rights of one without scopes.'
      : `The API key lacks the scope "${missing}", so it cannot give it to another key.`,
  );
}
