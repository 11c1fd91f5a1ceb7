import { createLinkTokens, type Link, type LinkKind } from './link-tokens.ts';

/** Makes the links in mails, and reads the links that clients request. */
export type Links = {
  /** Start of all links, without a trailing slash. */
  publicUrl: string;
  /** Returns the absolute address of a link. */
  urlOf(link: Link): string;
  /** Returns the link of a token; undefined unless the platform made the token for this kind of link. */
  read(kind: LinkKind, token: string): Link | undefined;
};

const paths: Readonly<Record<LinkKind, string>> = {
  open: '/track/n/pixel.gif',
  click: '/track/n/click',
  unsubscribe: '/track/n/unsubscribe',
};

export function createLinks({ trackingKeys, publicUrl }: { trackingKeys: string; publicUrl: string }): Links {
  const tokens = createLinkTokens(trackingKeys);
  return {
    publicUrl,
    urlOf: (link) => `${publicUrl}${paths[link.kind]}?token=${tokens.make(link)}`,
    read: tokens.read,
  };
}
