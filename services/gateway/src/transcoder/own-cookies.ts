/**
 * Returns those cookies of a `Cookie` header that our services have set. Methods do not need foreign cookies, which may
 * be long.
 */
export function ownCookies(header: string): string {
  return header
    .split(/;\s*/)
    .filter((pair) => /^(__Host-)?drippulse-/.test(pair))
    .join('; ');
}
