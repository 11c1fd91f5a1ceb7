import type { DescMethodUnary } from '@bufbuild/protobuf';
import { Code, ConnectError, createContextValues, type HandlerContext } from '@connectrpc/connect';
import type * as grpc from '@grpc/grpc-js';
import { toHeaders } from './metadata.ts';

/** What a unary method knows of its call. `end` lets go of what still waits for the call. */
export type UnaryContext = HandlerContext & { end(): void };

type Call = Pick<grpc.ServerUnaryCall<unknown, unknown>, 'cancelled' | 'metadata' | 'getDeadline' | 'getPath' | 'once'>;

/** The context of a call; its signal is made when it is first asked for. */
export function unaryContext(method: DescMethodUnary, call: Call): UnaryContext {
  const deadline = Number(call.getDeadline());
  const hasDeadline = Number.isFinite(deadline);
  let controller: AbortController | undefined;

  function startSignal(): AbortController {
    const started = new AbortController();
    // grpc-js cancels a call whose deadline has passed as it does one whose caller went away.
    const onCancelled = () => started.abort(reasonOf(hasDeadline && Date.now() >= deadline));
    // Of a call that has ended already, whoever asks is told like of any other: after it could listen.
    if (call.cancelled) queueMicrotask(onCancelled);
    else call.once('cancelled', onCancelled);
    return started;
  }

  return {
    service: method.parent,
    method,
    protocolName: 'grpc',
    requestMethod: 'POST',
    url: `http://grpc${call.getPath()}`,
    requestHeader: toHeaders(call.metadata),
    responseHeader: new Headers(),
    responseTrailer: new Headers(),
    values: createContextValues(),
    timeoutMs: () => (hasDeadline ? deadline - Date.now() : undefined),
    get signal() {
      controller ??= startSignal();
      return controller.signal;
    },
    end() {
      controller?.abort();
    },
  };
}

function reasonOf(isLate: boolean): ConnectError {
  return isLate
    ? new ConnectError('the deadline of the call has passed', Code.DeadlineExceeded)
    : new ConnectError('the caller went away', Code.Canceled);
}
