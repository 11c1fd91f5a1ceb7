import type { HandlerContext } from '@connectrpc/connect';
import type { Link } from '../../tracking/index.ts';
import type { Hit } from './hit.ts';

/** Headers in which browsers and proxies state that they prefetch for a reader. */
const prefetchHeaders = ['sec-purpose', 'purpose', 'x-purpose', 'x-moz'];
const longestAgent = 512;

export function readHit(link: Link & { kind: 'open' | 'click' }, call: HandlerContext): Hit {
  const { requestHeader } = call;
  const said = prefetchHeaders.flatMap((name) => {
    const value = requestHeader.get(name);
    return value !== null && /prefetch|preview|prerender/i.test(value) ? [`${name}: ${value}`] : [];
  });
  return {
    link,
    method: requestHeader.get('x-http-method') === 'HEAD' ? 'HEAD' : 'GET',
    userAgent: (requestHeader.get('user-agent') ?? '').slice(0, longestAgent),
    address: requestHeader.get('x-client-address') ?? '',
    prefetch: (said[0] ?? '').slice(0, 64),
  };
}
