import type { Mode } from '@drippulse/proto/drippulse/rest/v1/mode_pb';
import { modeToProto } from '@drippulse/rpc';
import type { ServiceBase } from '@drippulse/service';
import type { Config } from '../config.ts';
import type { DB } from '../db/schema.ts';

type WithHints = Pick<ServiceBase<Config, DB>, 'hints'>;

/** An enrollment that moved. */
type Moved = { id: bigint; organizationId: bigint; workflowId: bigint; mode: string };

/**
 * Reports to open screens that the funnel of a workflow changed. Call it after the commit. A change that appends events
 * of enrollments needs no call, because these events reach the screens as hints themselves.
 */
export function hintMoves({ hints }: WithHints, moved: readonly Moved[], kind = 'moved'): void {
  for (const { id, organizationId, workflowId, mode } of moved) {
    hints.note({ organizationId, topic: `enrollments:${workflowId}`, id: String(id), kind, mode: modeToProto(mode) });
  }
}

/**
 * Reports that the funnel changed because a person changed an enrollment. The enrollment is read from the response to
 * this person.
 */
export function hintAnswered(
  { hints }: WithHints,
  organizationId: bigint,
  { enrollment }: { enrollment?: { id: bigint; workflowId: bigint; mode: Mode } },
  kind: string,
): void {
  if (enrollment === undefined) return;
  const { id, workflowId, mode } = enrollment;
  hints.note({ organizationId, topic: `enrollments:${workflowId}`, id: String(id), kind, mode });
}
