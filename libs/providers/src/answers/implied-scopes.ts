/** Scopes that a scope includes, by name. */
export type Implied = Readonly<Record<string, readonly string[]>>;

/**
 * The scopes with all that they include, so that a connection with a wider one is not said to lack the narrower.
 */
export function withImplied(scopes: readonly string[] | undefined, implied: Implied): readonly string[] | undefined {
  return scopes && [...new Set(scopes.flatMap((scope) => [scope, ...(implied[scope] ?? [])]))];
}
