import type { Mode } from '@drippulse/rpc';

/** A person, in an organization and a mode, as named in a request. `workflowId` narrows the answers. */
export type Person = {
  organizationId: bigint;
  mode: Mode;
  email: string | undefined;
  leadRef: string | undefined;
  workflowId: bigint | undefined;
};
