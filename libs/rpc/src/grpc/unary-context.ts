import type { DescMethodUnary } from '@bufbuild/protobuf';
import { Code, ConnectError, createContextValues, type HandlerContext } from '@connectrpc/connect';

/** A unary call as it came, whatever it came over. */
export type IncomingCall = {
  header: Headers;
  /** Milliseconds since the epoch; infinite where there is none. */
  deadline: number;
  isCancelled(): boolean;
  /** Calls once, when the caller waits no longer or the deadline has passed. */
  onCancelled(listener: () => void): void;
};

/** What a unary method knows of its call. `end` lets go of what still waits for the call. */
export type UnaryContext = HandlerContext & { end(): void };

/** The context of a call; its signal is made when it is first asked for. */
export function unaryContext(method: DescMethodUnary, call: IncomingCall): UnaryContext {
  const { deadline, header } = call;
  const hasDeadline = Number.isFinite(deadline);
  let controller: AbortController | undefined;

  function startSignal(): AbortController {
    const started = new AbortController();
    const onCancelled = () => started.abort(reasonOf(hasDeadline && Date.now() >= deadline));
    // Of a call that has ended already, whoever asks is told like of any other: after it could listen.
    if (call.isCancelled()) queueMicrotask(onCancelled);
    else call.onCancelled(onCancelled);
    return started;
  }

  return {
    service: method.parent,
    method,
    protocolName: 'grpc',
    requestMethod: 'POST',
    url: `http://grpc/${method.parent.typeName}/${method.name}`,
    requestHeader: header,
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
