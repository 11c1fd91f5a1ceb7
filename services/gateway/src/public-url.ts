import { z } from 'zod';

/** Address of the public API as the world reaches it; `PUBLIC_URL` of identity and of the public part alike. */
export const publicUrlVariable = z
  .url({ protocol: /^https?$/ })
  .default('http://localhost:3000')
  .transform((url) => url.replace(/\/+$/, ''));

/**
 * Whether it is plain http on this machine, as for a developer. There alone are cookies neither `Secure` nor `__Host-`:
 * not every browser takes these over http from this machine, and no network is between.
 */
export function isPlainLoopback(publicUrl: string): boolean {
  const { protocol, hostname } = new URL(publicUrl);
  return protocol === 'http:' && (/^127\.\d+\.\d+\.\d+$/.test(hostname) || ['localhost', '[::1]'].includes(hostname));
}
