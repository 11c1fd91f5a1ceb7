import type { HandlerContext } from '@connectrpc/connect';
import { z } from 'zod';
import { isPlainLoopback } from '../../public-url.ts';
import type { Context } from '../context.ts';

/** Progress of a person who is not signed in yet. */
export type Pending =
  /** A provider has named the person, who must enter the password to be linked. */
  | { step: 'link'; issuer: string; subject: string; organizationId: bigint | null }
  /** The person is known, but the second factor is missing. */
  | ({ step: 'code' } & Known)
  /** The person is known, and must choose one of several organizations. */
  | ({ step: 'choose'; hasPassedFactor: boolean } & Known);

type Known = { identityId: bigint; method: 'password' | 'google'; passwordHash?: string | undefined };

const lifeMs = 600_000;
const place = 'pending sign-in';
const id = z.string().transform(BigInt);
const known = z.object({
  identityId: id,
  method: z.enum(['password', 'google']),
  passwordHash: z.string().optional(),
});
const stored = z.object({
  until: z.number(),
  pending: z.discriminatedUnion('step', [
    z.object({ step: z.literal('link'), issuer: z.string(), subject: z.string(), organizationId: id.nullable() }),
    known.extend({ step: z.literal('code') }),
    known.extend({ step: z.literal('choose'), hasPassedFactor: z.boolean() }),
  ]),
});

/** Stores the progress in a sealed cookie for ten minutes, so that the browser can neither read nor change it. */
export function keepPending(ctx: Context, call: HandlerContext, pending: Pending): void {
  const until = ctx.clock.now().getTime() + lifeMs;
  const text = JSON.stringify({ until, pending }, (_key, value) => (typeof value === 'bigint' ? String(value) : value));
  const box = ctx.sealer.seal(Buffer.from(text), place).toString('base64url');
  call.responseHeader.append('set-cookie', cookieOf(ctx, box, lifeMs / 1000));
}

export function endPending(ctx: Context, call: HandlerContext): void {
  call.responseHeader.append('set-cookie', cookieOf(ctx, '', 0));
}

/** Reads the progress from the cookie; undefined once it has expired. */
export function readPending(ctx: Context, call: HandlerContext): Pending | undefined {
  const start = `${nameOf(ctx)}=`;
  const cookies = (call.requestHeader.get('cookie') ?? '').split(/;\s*/);
  const box = cookies.find((pair) => pair.startsWith(start))?.slice(start.length);
  if (box === undefined || box === '') return undefined;
  try {
    const { until, pending } = stored.parse(
      JSON.parse(ctx.sealer.open(Buffer.from(box, 'base64url'), place).toString()),
    );
    return until > ctx.clock.now().getTime() ? pending : undefined;
  } catch {
    // A string that cannot be unsealed is ignored.
    return undefined;
  }
}

function nameOf({ config }: Context): string {
  return isPlainLoopback(config.publicUrl) ? 'drippulse-pending' : '__Host-drippulse-pending';
}

/** Returns the `Set-Cookie` value. It is `Strict`, because only the forms of our own pages must send the cookie. */
function cookieOf(ctx: Context, value: string, seconds: number): string {
  const attributes = [`Max-Age=${seconds}`, 'Path=/', 'HttpOnly', 'SameSite=Strict'];
  if (!isPlainLoopback(ctx.config.publicUrl)) attributes.push('Secure');
  return [`${nameOf(ctx)}=${value}`, ...attributes].join('; ');
}
