import type { Link } from '../../tracking/index.ts';

/** A request for the pixel or a link of a mail, as received. */
export type Hit = {
  link: Link & { kind: 'open' | 'click' };
  method: 'GET' | 'HEAD';
  userAgent: string;
  address: string;
  /**
   * The header in which the client states that it prefetches, such as `Sec-Purpose: prefetch`; empty if the client
   * sends no such header.
   */
  prefetch: string;
};
