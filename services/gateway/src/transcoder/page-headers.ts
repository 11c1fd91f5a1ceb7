import type { IncomingMessage, ServerResponse } from 'node:http';
import helmet from 'helmet';
import { exchangeOf } from './exchange.ts';

/**
 * Headers of every response. Because of them, browsers neither guess the type of JSON nor show it within a page. All
 * further security headers are about pages.
 */
export const answerHeaders: readonly (readonly [string, string])[] = [
  ['content-security-policy', "default-src 'none'; frame-ancestors 'none'"],
  ['x-content-type-options', 'nosniff'],
];

const setBrowserHeaders = helmet({
  // Helmet sets no policy, because a page sets its own.
  contentSecurityPolicy: false,
  referrerPolicy: { policy: 'no-referrer' },
  strictTransportSecurity: false,
  xFrameOptions: { action: 'deny' },
});

/**
 * Sets the headers that pages have in addition. Browsers apply `Strict-Transport-Security` only over https (RFC 6797,
 * 7.2 and 8.1).
 */
export function setPageHeaders(request: IncomingMessage, response: ServerResponse): void {
  setBrowserHeaders(request, response, throwIt);
  if (exchangeOf(request).isSecure) {
    response.setHeader('strict-transport-security', 'max-age=31536000; includeSubDomains');
  }
}

function throwIt(error?: unknown): void {
  if (error !== undefined) throw error;
}
