/** An identity that has the address which a provider named. */
export type Candidate = { id: bigint; isEmailVerified: boolean };

/** What is known when a provider has said who somebody is. */
export type Facts = {
  /** The identity that was linked to issuer and subject. */
  linkedTo: bigint | undefined;
  /** Whether the provider says that the address is the person's. */
  isEmailVerified: boolean;
  /** Whether the issuer may speak for the domain of the address: whose it is, is then its decision. */
  speaksForDomain: boolean;
  /** Every identity that has the address. */
  candidates: readonly Candidate[];
};

/**
 * `ask`: the person signs in by the password once, and is linked then. `new`: nobody has the address, which is the
 * person's.
 */
export type Judgement =
  | { kind: 'linked'; identityId: bigint }
  | { kind: 'link'; identityId: bigint }
  | { kind: 'new' }
  | { kind: 'ask' };

/**
 * Who somebody is. Issuer and subject decide, never the address: it may have been given to another person, or be that
 * of a member whom an administrator made up. An address links only where the provider has verified it, may speak for
 * its domain, and the one identity that has it has proven it too.
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
 * Whether Google may speak for the domain of an address: it gives out those of Gmail, and those of organizations of
 * Google Workspace. Other accounts of Google have an address that somebody else gave out, and may keep it longer than
 * their owner does.
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
