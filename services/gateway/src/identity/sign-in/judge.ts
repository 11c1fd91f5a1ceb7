/** An identity that has the address which a provider named. */
export type Candidate = { id: bigint; isEmailVerified: boolean };

/** Facts about a person after a provider has signed the person in. */
export type Facts = {
  /** The identity that was linked to issuer and subject. */
  linkedTo: bigint | undefined;
  /** Whether the provider has verified that the address belongs to the person. */
  isEmailVerified: boolean;
  /** Whether the issuer may vouch for the domain of the address, and so decides whose address it is. */
  speaksForDomain: boolean;
  /** Every identity that has the address. */
  candidates: readonly Candidate[];
};

/**
 * `ask`: the person signs in by the password once, and is then linked. `new`: nobody has the address, and it belongs to
 * the person.
 */
export type Judgement =
  | { kind: 'linked'; identityId: bigint }
  | { kind: 'link'; identityId: bigint }
  | { kind: 'new' }
  | { kind: 'ask' };

/**
 * Decides which identity a person has. Issuer and subject decide, never the address: it may have been given to another
 * person, or belong to a member whom an administrator made up. An address links only when the provider has verified it
 * and may vouch for its domain, and exactly one identity has it and has proven it too.
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
 * Whether Google may vouch for the domain of an address: it issues Gmail addresses, and those of Google Workspace
 * organizations. Other Google accounts have an address from another provider, and may keep it longer than its owner
 * does.
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
