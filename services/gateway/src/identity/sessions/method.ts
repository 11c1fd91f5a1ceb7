const methods = ['password', 'google', 'sso'] as const;

/** How a person has signed in. An organization's own provider proves an identity only to this organization. */
export type SignInMethod = (typeof methods)[number];

/** The method of a row; a check constraint of the table admits no other text. */
export function methodOf(text: string): SignInMethod {
  const method = methods.find((known) => known === text);
  if (method === undefined) throw new Error(`"${text}" is not a way to sign in`);
  return method;
}
