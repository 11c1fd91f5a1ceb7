/**
 * Checks the name of a schema, role or table. Such a name is not quoted in SQL or in connection options, so it must
 * consist of at most 63 lower-case letters, digits and `_`, and must not begin with a digit.
 */
export function checkIdentifier(name: string): string {
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(name)) throw new Error(`not a plain SQL identifier: ${JSON.stringify(name)}`);
  return name;
}
