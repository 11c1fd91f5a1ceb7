/** Returns `Authorization: Bearer …` for the first defined token; null if no token is defined. */
export function bearer(...tokens: readonly (string | undefined)[]): Readonly<Record<string, string>> | null {
  const token = tokens.find((one) => one !== undefined && one !== '');
  return token === undefined ? null : { authorization: `Bearer ${token}` };
}

/** Returns `Authorization: Basic …` (RFC 7617); null unless both user and password are defined. */
export function basic(user: string | undefined, password: string | undefined): Readonly<Record<string, string>> | null {
  if (!user || !password) return null;
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}
