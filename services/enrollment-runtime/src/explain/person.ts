import type { Mode } from '@drippulse/rpc';

/** A person, in an organization and a mode, as a request names the person. `workflowId` narrows the answers. */
export type Person = {
  organizationId: bigint;
  mode: Mode;
  email: string | undefined;
  leadRef: string | undefined;
  workflowId: bigint | undefined;
};
