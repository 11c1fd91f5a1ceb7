import type { HandlerContext } from '@connectrpc/connect';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import type { UrlCheck } from '../workflows/callback-urls.ts';

/** The check of URLs that the caller's organization saves, with the organization's own look-ups. */
export function urlCheckOf(ctx: Context, call: HandlerContext): UrlCheck {
  const { organizationId } = callerOf(call);
  return { allowPrivate: ctx.config.allowPrivate, lookUp: (hostname) => ctx.lookUp(organizationId, hostname) };
}
