import type { JsonObject } from '@drippulse/json';
import { dressMail } from '../../tracking/index.ts';
import type { SentAs } from '../effect-call.ts';
import { bodyOf } from './compose-mail.ts';
import { addFooter, type Body } from './footer.ts';

/**
 * Renders the body of a mail as its receiver sees it, without active parts: links are not tracked, there is no pixel,
 * and the link to unsubscribe has no token. A mail that is not yet sent has no footer, because its sender may still
 * change.
 */
export function showBody(request: JsonObject, sent: SentAs | undefined, publicUrl: string): Body {
  const body = bodyOf(request);
  if (sent === undefined) return body;
  const { html, text } = dressMail(
    { links: { publicUrl, urlOf: ({ kind }) => `${publicUrl}/track/n/${kind}`, read: () => undefined } },
    {
      organizationId: 0n,
      deliveryKey: '',
      mode: 'live',
      ...addFooter(body, sent.postal_address ?? null),
      trackOpens: false,
      trackClicks: false,
      marketing: sent.marketing,
    },
  );
  return { html, text };
}
