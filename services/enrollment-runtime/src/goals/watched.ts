import type { Mode } from '@drippulse/rpc';

/** An enrollment whose goals are watched, with its current state. */
export type Watched = {
  organization_id: bigint;
  workflow_id: bigint;
  enrollment_id: bigint;
  key: string;
  version: number;
  mode: Mode;
  timezone: string;
  email: string | null;
  lead_ref: string | null;
  is_holdout: boolean;
  created_at: Date;
  ended_at: Date | null;
  data: string;
  goals: string | null;
  met: string[];
  /** JSON text of the variants that the enrollment has taken, by the id of the split. */
  variants: string | null;
};
