import type {
  ListAllEnrollmentsRequest,
  ListEnrollmentsRequest,
} from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import type { Mode } from '@drippulse/rpc';
import { statusFromProto } from './enums.ts';
import type { Filter } from './list-ids.ts';

/** Reads the filter of a request. An empty string means that there is no filter. */
export function readFilter(
  request: (ListEnrollmentsRequest | ListAllEnrollmentsRequest) & { stepIndex?: number },
  mode: Mode,
): Filter {
  const { stepIndex, leadRef, email, q, ids, createdSince, createdUntil, holdout } = request;
  return {
    mode,
    status: request.status === undefined ? undefined : statusFromProto(request.status),
    holdout,
    stepIndex,
    leadRef,
    email,
    q: q === '' ? undefined : q,
    ids,
    created: { createdSince, createdUntil },
  };
}
