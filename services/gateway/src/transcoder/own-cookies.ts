/**
 * The cookies of a `Cookie` header that services of ours have set: those of others are no business of a method, and may
 * be long.
 */
export function ownCookies(header: string): string {
  return header
    .split(/;\s*/)
    .filter((pair) => /^(__Host-)?drippulse-/.test(pair))
    .join('; ');
}
