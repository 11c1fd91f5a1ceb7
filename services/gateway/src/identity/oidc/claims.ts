import { z } from 'zod';

/** Claims of a provider about a person. */
export type Claims = {
  issuer: string;
  /** Id of the person at the issuer. It never changes for one issuer. */
  subject: string;
  /** Mail address; undefined when the provider names no address or an invalid one. */
  email: string | undefined;
  /** Whether the provider has verified that the address belongs to the person. */
  isEmailVerified: boolean;
  /** Google's `hd`: the Google Workspace organization of the account. */
  hostedDomain: string | undefined;
  name: string | undefined;
  groups: readonly string[];
};

const longestGroups = 1_000;
const storable = (text: string) => text.isWellFormed() && !text.includes('\0');
const text = z.string().min(1).max(255).refine(storable);
const subject = z.object({ iss: z.string(), sub: text });
const optional = text.optional().catch(undefined);
const profile = z.object({
  email: z
    .email()
    .max(254)
    .optional()
    .catch(undefined)
    .transform((address) => address?.toLowerCase()),
  // Some providers send this flag as a string.
  email_verified: z.union([z.boolean(), z.enum(['true', 'false']).transform((word) => word === 'true')]).catch(false),
  hd: optional,
  name: optional,
  groups: z
    .union([z.array(z.unknown()), z.string().transform((one) => [one])])
    .catch([])
    .transform((all) => all.slice(0, longestGroups).filter((one) => typeof one === 'string')),
});

/**
 * Reads the claims of an ID token. If the token has no address, both the address and its verification come from the
 * response of `userinfo`. The two documents are never mixed, because the verification flag of one document is not about
 * the address in the other.
 */
export function readClaims(idToken: object, userInfo: object | undefined): Claims | undefined {
  const who = subject.safeParse(idToken);
  if (!who.success) return undefined;
  const own = profile.parse(idToken);
  const more = profile.parse(userInfo ?? {});
  const addressed = own.email === undefined ? more : own;
  return {
    issuer: who.data.iss,
    subject: who.data.sub,
    email: addressed.email,
    isEmailVerified: addressed.email !== undefined && addressed.email_verified,
    hostedDomain: own.hd,
    name: own.name ?? more.name,
    groups: own.groups.length > 0 ? own.groups : more.groups,
  };
}
