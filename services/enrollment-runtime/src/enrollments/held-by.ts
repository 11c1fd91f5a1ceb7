import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { HeldBy } from '@drippulse/engine';
import type { HeldBySchema } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';

/** Converts the rule that holds a step back, from its JSON text in the step's timeline entry. */
export function heldByToProto(held: string): MessageInitShape<typeof HeldBySchema> {
  const { rule, until, lostTo }: HeldBy = JSON.parse(held);
  return {
    rule,
    until: timestampFromMs(until),
    ...(lostTo && {
      lostTo: { workflowId: BigInt(lostTo.workflowId), enrollmentId: BigInt(lostTo.enrollmentId) },
    }),
  };
}
