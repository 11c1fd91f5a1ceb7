import type { HandlerContext } from '@connectrpc/connect';
import type { IdentityService } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { callerOf } from '@drippulse/rpc';
import type { ClientOf } from '@drippulse/service';
import { LRUCache } from 'lru-cache';

/** Members of organizations, as the identity service reports them. */
export type Members = {
  /**
   * Finds the members of the caller's organization among these users. Throws `unavailable` while the identity service
   * is unavailable.
   */
  find(call: HandlerContext, ids: readonly bigint[]): Promise<ReadonlySet<bigint>>;
};

/**
 * Time for which a removed member can still be made an owner. A removed member always stays the owner of existing
 * records.
 */
const cachedForMs = 30_000;
const maxCached = 10_000;
/** Maximum number of ids in one `FindMembers` call. */
const maxAsked = 1000;

/** Creates the look-up of members. Only members are cached, so that a new member can be made an owner immediately. */
export function createMembers(identity: ClientOf<typeof IdentityService>): Members {
  const cache = new LRUCache<string, true>({ max: maxCached, ttl: cachedForMs });
  return {
    async find(call, ids) {
      const caller = callerOf(call);
      const keyOf = (id: bigint) => `${caller.organizationId}:${id}`;
      const members = new Set(ids.filter((id) => cache.has(keyOf(id))));
      const unknown = [...new Set(ids)].filter((id) => !members.has(id));
      for (let start = 0; start < unknown.length; start += maxAsked) {
        const { userIds } = await identity(caller, call).findMembers({
          userIds: unknown.slice(start, start + maxAsked),
        });
        for (const id of userIds) {
          cache.set(keyOf(id), true);
          members.add(id);
        }
      }
      return members;
    },
  };
}
