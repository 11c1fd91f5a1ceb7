import type { DescMethodUnary } from '@bufbuild/protobuf';
import { Code, ConnectError, createContextValues, type HandlerContext } from '@connectrpc/connect';

/** A unary call, independent of the way in which it arrived. */
export type IncomingCall = {
  header: Headers;
  /** Milliseconds since the epoch; infinite without a deadline. */
  deadline: number;
  isCancelled(): boolean;
  /** Calls `listener` once, when the caller goes away or the deadline passes. */
  onCancelled(listener: () => void): void;
};

/** The context of a unary call. `end` aborts the context's signal. */
export type UnaryContext = HandlerContext & { end(): void };

/**
 * The context of a call, which creates its signal on first use. It is a class, because every object literal with a
 * getter gets its own hidden class, which would keep everything in the getter's scope alive until old objects are
 * collected.
 */
class CallContext implements UnaryContext {
  readonly service;
  readonly method;
  readonly protocolName = 'grpc';
  readonly requestMethod = 'POST';
  readonly url;
  readonly requestHeader;
  readonly responseHeader = new Headers();
  readonly responseTrailer = new Headers();
  readonly values = createContextValues();
  readonly #call: IncomingCall;
  #controller: AbortController | undefined;

  constructor(method: DescMethodUnary, call: IncomingCall) {
    this.service = method.parent;
    this.method = method;
    this.url = `http://grpc/${method.parent.typeName}/${method.name}`;
    this.requestHeader = call.header;
    this.#call = call;
  }

  timeoutMs(): number | undefined {
    const { deadline } = this.#call;
    return Number.isFinite(deadline) ? deadline - Date.now() : undefined;
  }

  get signal(): AbortSignal {
    this.#controller ??= startController(this.#call);
    return this.#controller.signal;
  }

  end(): void {
    this.#controller?.abort();
  }
}

export function unaryContext(method: DescMethodUnary, call: IncomingCall): UnaryContext {
  return new CallContext(method, call);
}

function startController(call: IncomingCall): AbortController {
  const controller = new AbortController();
  const onCancelled = () => controller.abort(reasonOf(Date.now() >= call.deadline));
  // If the call has already ended, the abort is deferred, so that a listener can be added first.
  if (call.isCancelled()) queueMicrotask(onCancelled);
  else call.onCancelled(onCancelled);
  return controller;
}

function reasonOf(isLate: boolean): ConnectError {
  return isLate
    ? new ConnectError('the deadline of the call has passed', Code.DeadlineExceeded)
    : new ConnectError('the caller went away', Code.Canceled);
}
