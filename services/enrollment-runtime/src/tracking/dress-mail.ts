import { escapeHtml } from '@drippulse/service/pages';
import type { LinkKind } from './link-tokens.ts';
import type { Links } from './links.ts';
import { rewriteHtml } from './rewrite-html.ts';

/** A composed mail that is about to be sent. */
export type UndressedMail = {
  organizationId: bigint;
  /** Key of the mail's effect. */
  deliveryKey: string;
  mode: 'live' | 'test';
  html: string | undefined;
  text: string;
  trackOpens: boolean;
  trackClicks: boolean;
  /** Whether the receiver can unsubscribe from the mail. */
  marketing: boolean;
};

export type DressedMail = {
  html: string | undefined;
  text: string;
  /** The address for `List-Unsubscribe`, which accepts a one-click POST (RFC 8058). */
  listUnsubscribe: { url: string } | undefined;
};

/**
 * A link to a longer address stays as it is, because mail clients would truncate the tracked link, and no header could
 * redirect to the address.
 */
const longestUrl = 4_096;

/**
 * Puts tracked links, the pixel and the unsubscribe link into a mail. Links in the text part stay as they are, because
 * a reader sees their addresses. Equal mails give equal bytes.
 */
export function dressMail({ links }: { links: Links }, mail: UndressedMail): DressedMail {
  const urlOf = (kind: LinkKind, url = '') => {
    const { organizationId, mode, deliveryKey } = mail;
    return links.urlOf({ kind, organizationId, mode, deliveryKey, url });
  };
  const clicks = new Map<string, string>();
  const clickOf = (url: string) => {
    const known = clicks.get(url) ?? urlOf('click', url);
    clicks.set(url, known);
    return known;
  };
  const unsubscribeUrl = mail.marketing ? urlOf('unsubscribe') : undefined;
  const html =
    mail.html === undefined
      ? undefined
      : rewriteHtml(mail.html, {
          hrefOf: (href) => {
            const url = mail.trackClicks ? trackedUrl(href, links.publicUrl) : undefined;
            return url === undefined ? undefined : clickOf(url);
          },
          ending: `${unsubscribeUrl === undefined ? '' : footerHtml(unsubscribeUrl)}${mail.trackOpens ? pixelHtml(urlOf('open')) : ''}`,
        });
  return {
    html,
    text: unsubscribeUrl === undefined ? mail.text : `${mail.text.trimEnd()}\n\n-- \nUnsubscribe: ${unsubscribeUrl}\n`,
    listUnsubscribe: unsubscribeUrl === undefined ? undefined : { url: unsubscribeUrl },
  };
}

/** Returns the target address of a link that can be tracked: an absolute web address outside of the platform. */
function trackedUrl(href: string, publicUrl: string): string | undefined {
  const url = URL.parse(href.trim());
  if (url === null || !['http:', 'https:'].includes(url.protocol)) return undefined;
  if (url.href.startsWith(`${publicUrl}/track/n/`) || url.href.length > longestUrl) return undefined;
  return url.href;
}

function footerHtml(url: string): string {
  return `<p style="margin:24px 0 0;font-size:12px"><a href="${escapeHtml(url)}">Unsubscribe</a></p>`;
}

function pixelHtml(url: string): string {
  return `<img src="${escapeHtml(url)}" width="1" height="1" alt="" style="border:0">`;
}
