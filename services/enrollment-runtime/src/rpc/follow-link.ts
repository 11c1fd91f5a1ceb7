import type { HandlerContext } from '@connectrpc/connect';
import type { FollowLinkRequest } from '@drippulse/proto/drippulse/messaging/v1/tracking_pb';
import type { Context } from '../context.ts';
import { answerNoSuchLink, type HitBuffer, readHit } from '../reactions/index.ts';

/** Redirects to the URL in the token. Only the platform can have put the URL into the token. */
export function followLink({ links }: Context, hits: HitBuffer, { token }: FollowLinkRequest, call: HandlerContext) {
  const link = links.read('click', token);
  if (link === undefined) return { page: answerNoSuchLink(call) };
  hits.add(readHit({ ...link, kind: 'click' }, call));
  call.responseHeader.set('location', link.url);
  return { page: { contentType: 'text/html; charset=utf-8', data: Buffer.of() } };
}
