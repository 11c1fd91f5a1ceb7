import type { Mode } from '@drippulse/rpc';

/** A person as a request names one, in an organization and a mode. `workflowId` narrows the answers. */
export type Person = {
  organizationId: bigint;
  mode: Mode;
  email: string | undefined;
  leadRef: string | undefined;
  workflowId: bigint | undefined;
};
