/**
 * Checks the name of a schema, role or table, which is unquoted in SQL and in connection options. A name consists of at
 * most 63 lower-case letters, digits and `_`, and does not begin with a digit.
 */
export function checkIdentifier(name: string): string {
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(name)) throw new Error(`not a plain SQL identifier: ${JSON.stringify(name)}`);
  return name;
}
