import type { DescMethod, Message } from '@bufbuild/protobuf';
import type { Interceptor } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import { Auth, TestMode } from '@drippulse/proto/drippulse/rest/v1/rest_pb';
import type { Caller, Mode } from './caller.ts';
import { callerKey } from './handler-context.ts';
import { pathRow } from './path-row.ts';
import { restOf } from './rest-option.ts';

/**
 * Finds the mode of a row by its id in the path. `ids` has all parameters of the path, by name. Returns undefined for a
 * row that the caller's organization does not have.
 */
type RowMode = (caller: Caller, id: unknown, ids: Readonly<Record<string, unknown>>) => Promise<Mode | undefined>;

/** Finders of modes by the kind of row: the segment before the id in the path (`workflows` in `/workflows/{id}`). */
export type RowModes = Readonly<Record<string, RowMode>>;

/**
 * Refuses a call with a test key (`test_mode`) before its method runs, if the row that the method changes is live. The
 * rest option names that row (`changes`). The mode of a row never changes, so the decision is still right when the
 * method runs. For a live caller nothing is checked. A method whose kind has no entry in `modes` fails for test keys.
 */
export function guardLiveRows(modes: RowModes): Interceptor {
  return (next) => (request) => {
    const caller = request.contextValues.get(callerKey);
    if (caller?.mode !== 'test' || !changesOwn(request.method)) return next(request);
    if (request.stream) throw new Error(`${request.method.toString()}: a streaming method names no row to change`);
    return refuseLive(modes, request.method, caller, request.message).then(() => next(request));
  };
}

function changesOwn(method: DescMethod): boolean {
  const option = restOf(method);
  return option?.testMode === TestMode.OWN && option.auth !== Auth.NONE && option.changes !== 'none';
}

async function refuseLive(modes: RowModes, method: DescMethod, caller: Caller, message: Message): Promise<void> {
  const { kind, id, ids } = pathRow(method, message, restOf(method)?.changes);
  const modeOf = modes[kind];
  if (modeOf === undefined) throw new Error(`${method.toString()}: the service does not say the mode of ${kind}`);
  if ((await modeOf(caller, id, ids)) !== 'live') return;
  throw new DomainError('permission_denied', 'test_mode', 'A test key cannot change what is live.');
}
