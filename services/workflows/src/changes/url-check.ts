import type { HandlerContext } from '@connectrpc/connect';
import { callerOf, roles } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import type { UrlCheck } from '../workflows/callback-urls.ts';

/**
 * Returns the check of URLs for the caller's organization. If the caller may not save, no host name is looked up,
 * because the result would reveal the names in this network.
 */
export function urlCheckOf(ctx: Context, call: HandlerContext): UrlCheck {
  const { organizationId, role } = callerOf(call);
  const maySave = roles.indexOf(role) >= roles.indexOf('editor');
  const lookUp = async (hostname: string) => (maySave ? ctx.lookUp(organizationId, hostname) : undefined);
  return { allowPrivate: ctx.config.allowPrivate, lookUp };
}
