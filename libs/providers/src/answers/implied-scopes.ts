/** The scopes that a wider scope includes, by the name of the wider scope. */
export type Implied = Readonly<Record<string, readonly string[]>>;

/** Returns the given scopes and all scopes that they include. Returns undefined if the scopes are unknown. */
export function withImplied(scopes: readonly string[] | undefined, implied: Implied): readonly string[] | undefined {
  return scopes && [...new Set(scopes.flatMap((scope) => [scope, ...(implied[scope] ?? [])]))];
}
