/** Decision about a person whom an organization's provider has signed in. */
export type Admission =
  | { kind: 'member'; identityId: bigint; memberId: bigint }
  | { kind: 'ask' }
  | { kind: 'refused'; sentences: readonly string[] };
