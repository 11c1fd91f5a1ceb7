import type { Mode } from '@drippulse/rpc';

/**
 * A person in an organization and a mode, identified as in a request. `workflowId` limits the decisions to those of one
 * workflow.
 */
export type Person = {
  organizationId: bigint;
  mode: Mode;
  email: string | undefined;
  leadRef: string | undefined;
  workflowId: bigint | undefined;
};
