/** An identity that has the address which a provider named. */
export type Candidate = { id: bigint; isEmailVerified: boolean };

/** Facts about a person after a provider has signed the person in. */
export type Facts = {
  /** The identity that was already linked to issuer and subject. */
  linkedTo: bigint | undefined;
  /** Whether the provider has verified that the address belongs to the person. */
  isEmailVerified: boolean;
  /** Whether the issuer may vouch for the domain of the address, and so decides who owns the address. */
  speaksForDomain: boolean;
  /** Every identity that has the address. */
  candidates: readonly Candidate[];
};

/**
 * The result of `judge`. With `ask`, the person must sign in with the password once, and is then linked. With `new`, no
 * identity has the address, and the provider has proven that the address belongs to the person.
 */
export type Judgement =
  | { kind: 'linked'; identityId: bigint }
  | { kind: 'link'; identityId: bigint }
  | { kind: 'new' }
  | { kind: 'ask' };

/**
 * Decides which identity a person has. The issuer and subject decide, not the address: the address may have passed to a
 * different person, or an administrator may have entered it for a member without any proof. An address links only if
 * the provider has verified it and may vouch for its domain, and if exactly one identity has the address and has
 * verified it too.
 */
export function judge({ linkedTo, isEmailVerified, speaksForDomain, candidates }: Facts): Judgement {
  if (linkedTo !== undefined) return { kind: 'linked', identityId: linkedTo };
  if (!isEmailVerified || !speaksForDomain) return { kind: 'ask' };
  const [only, ...others] = candidates;
  if (only === undefined) return { kind: 'new' };
  return others.length === 0 && only.isEmailVerified ? { kind: 'link', identityId: only.id } : { kind: 'ask' };
}

const ofGoogle: ReadonlySet<string> = new Set(['gmail.com', 'googlemail.com']);

/**
 * Whether Google may vouch for the domain of an address. Google issues Gmail addresses and those of Google Workspace
 * organizations. Any other Google account has an address from a different provider, and may keep it after its owner has
 * lost it.
 */
export function googleSpeaksFor({
  email,
  hostedDomain,
}: {
  email?: string | undefined;
  hostedDomain?: string | undefined;
}): boolean {
  return email !== undefined && (ofGoogle.has(email.slice(email.lastIndexOf('@') + 1)) || hostedDomain !== undefined);
}
