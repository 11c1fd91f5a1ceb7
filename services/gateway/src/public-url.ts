import { z } from 'zod';

/** External address of the public API: `PUBLIC_URL` of the identity service and of the public part. */
export const publicUrlVariable = z
  .url({ protocol: /^https?$/ })
  .default('http://localhost:3000')
  .transform((url) => url.replace(/\/+$/, ''));

/**
 * Whether the public URL is plain http on this machine, as for a developer. Only then are cookies neither `Secure` nor
 * `__Host-`, because not every browser accepts such secured cookies over http from this machine. Cookies are safe
 * without them, because they cross no network on which somebody could read them.
 */
export function isPlainLoopback(publicUrl: string): boolean {
  const { protocol, hostname } = new URL(publicUrl);
  return protocol === 'http:' && (/^127\.\d+\.\d+\.\d+$/.test(hostname) || ['localhost', '[::1]'].includes(hostname));
}
