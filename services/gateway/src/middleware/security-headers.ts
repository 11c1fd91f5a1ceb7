import type { IncomingMessage, ServerResponse } from 'node:http';
import helmet from 'helmet';

/** Sets headers for an API: nothing it answers is a page. The static files, which are, set their own content security policy. */
export function securityHeaders(): (request: IncomingMessage, response: ServerResponse) => void {
  const setHeaders = helmet({
    contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity: { maxAge: 31_536_000 },
    xFrameOptions: { action: 'deny' },
  });
  return (request, response) => setHeaders(request, response, throwIt);
}

function throwIt(error?: unknown): void {
  if (error !== undefined) throw error;
}
