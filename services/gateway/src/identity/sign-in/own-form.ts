import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import type { HttpBody } from '@drippulse/proto/google/api/httpbody_pb';
import type { Context } from '../context.ts';

/**
 * Reads the fields of a form from one of our own pages. Forms of foreign sites are refused, because such a form could
 * sign a browser in as a different person, and the user would then enter contacts into that person's account.
 */
export function readOwnForm(ctx: Context, body: HttpBody | undefined, call: HandlerContext): URLSearchParams {
  const site = call.requestHeader.get('sec-fetch-site');
  const isOwn =
    site === null ? call.requestHeader.get('origin') === new URL(ctx.config.publicUrl).origin : site === 'same-origin';
  if (!isOwn) {
    throw new DomainError('permission_denied', 'foreign_form', 'The form was not sent by a page of this address.');
  }
  const [type = ''] = (body?.contentType ?? '').split(';');
  if (type.trim().toLowerCase() !== 'application/x-www-form-urlencoded') {
    const message = 'Send the form as application/x-www-form-urlencoded.';
    throw new DomainError('malformed', 'unsupported_media_type', message);
  }
  return new URLSearchParams(Buffer.from(body?.data ?? new Uint8Array()).toString());
}
