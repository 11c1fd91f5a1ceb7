import type { HandlerContext } from '@connectrpc/connect';
import { z } from 'zod';
import { isPlainLoopback } from '../../public-url.ts';
import type { Context } from '../context.ts';

const lifeMs = 600_000;
const place = 'invitation';
const stored = z.object({ until: z.number(), token: z.string() });

/** Stores the token of an invitation in a sealed cookie for ten minutes, while the browser signs in with a provider. */
export function keepInvitation(ctx: Context, call: HandlerContext, token: string): void {
  const text = JSON.stringify({ until: ctx.clock.now().getTime() + lifeMs, token });
  setCookie(ctx, call, ctx.sealer.seal(Buffer.from(text), place).toString('base64url'), lifeMs / 1000);
}

/** Reads the stored token and removes the cookie. */
export function takeInvitation(ctx: Context, call: HandlerContext): string | undefined {
  const start = `${nameOf(ctx)}=`;
  const cookies = (call.requestHeader.get('cookie') ?? '').split(/;\s*/);
  const box = cookies.find((pair) => pair.startsWith(start))?.slice(start.length);
  if (box === undefined || box === '') return undefined;
  setCookie(ctx, call, '', 0);
  try {
    const { until, token } = stored.parse(JSON.parse(ctx.sealer.open(Buffer.from(box, 'base64url'), place).toString()));
    return until > ctx.clock.now().getTime() ? token : undefined;
  } catch {
    // A string that cannot be unsealed contains no token.
    return undefined;
  }
}

function nameOf({ config }: Context): string {
  return isPlainLoopback(config.publicUrl) ? 'drippulse-invitation' : '__Host-drippulse-invitation';
}

/**
 * Sets the cookie. It is `Lax`, because the provider's redirect comes from a different site and must include the
 * cookie.
 */
function setCookie(ctx: Context, call: HandlerContext, value: string, seconds: number): void {
  const attributes = [`Max-Age=${seconds}`, 'Path=/', 'HttpOnly', 'SameSite=Lax'];
  if (!isPlainLoopback(ctx.config.publicUrl)) attributes.push('Secure');
  call.responseHeader.append('set-cookie', [`${nameOf(ctx)}=${value}`, ...attributes].join('; '));
}
