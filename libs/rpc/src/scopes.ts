import type { DescMethod } from '@bufbuild/protobuf';
import { Auth, Effect } from '@drippulse/proto/drippulse/rest/v1/rest_pb';
import { restOf } from './rest-option.ts';

/**
 * Returns the scope that a restricted API key needs for a method: the first word of its operation id, and `read` if the
 * method changes nothing, else `write`. Returns undefined for methods that no key may call, that need no credential, or
 * that every key may call.
 */
export function scopeOf(method: DescMethod): string | undefined {
  const option = restOf(method);
  if (option === undefined || option.anyScope || isForPeopleAlone(option.auth)) return undefined;
  const [area] = option.operationId.split('.');
  return `${area}:${option.effect > Effect.NONE ? 'write' : 'read'}`;
}

/** Whether the scopes include `scope`. Write methods return rows of their area, so `write` includes `read`. */
export function permits(scopes: readonly string[], scope: string): boolean {
  return scopes.includes(scope) || scopes.includes(scope.replace(/:read$/, ':write'));
}

function isForPeopleAlone(auth: Auth): boolean {
  return auth === Auth.NONE || auth === Auth.USER_ONLY;
}
