const methods = ['password', 'google', 'sso'] as const;

/** Sign-in method of a person. An organization's own provider proves an identity only to that organization. */
export type SignInMethod = (typeof methods)[number];

/** Reads the method of a row. A check constraint of the table allows no other string. */
export function methodOf(text: string): SignInMethod {
  const method = methods.find((known) => known === text);
  if (method === undefined) throw new Error(`"${text}" is not a way to sign in`);
  return method;
}
