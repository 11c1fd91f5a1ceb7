/** Scopes that a scope includes, by its name. */
export type Implied = Readonly<Record<string, readonly string[]>>;

/**
 * Returns the scopes with all that they include, so that a wider scope counts as the narrower ones. Undefined if the
 * scopes are unknown.
 */
export function withImplied(scopes: readonly string[] | undefined, implied: Implied): readonly string[] | undefined {
  return scopes && [...new Set(scopes.flatMap((scope) => [scope, ...(implied[scope] ?? [])]))];
}
