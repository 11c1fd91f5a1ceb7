import type { HandlerContext } from '@connectrpc/connect';
import type { OpenPixelRequest } from '@drippulse/proto/drippulse/messaging/v1/tracking_pb';
import type { Context } from '../context.ts';
import { type HitBuffer, readHit } from '../reactions/index.ts';

/** A transparent GIF of one pixel. */
const pixel = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

/**
 * Records the hit of a valid token. The image is returned even for an invalid token, because a broken picture would
 * help nobody.
 */
export function openPixel({ links }: Context, hits: HitBuffer, { token }: OpenPixelRequest, call: HandlerContext) {
  const link = links.read('open', token);
  if (link !== undefined) hits.add(readHit({ ...link, kind: 'open' }, call));
  return { image: { contentType: 'image/gif', data: pixel } };
}
