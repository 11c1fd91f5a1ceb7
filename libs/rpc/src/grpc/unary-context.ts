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

/**
 * The context of a call; its signal is made when it is first asked for. A class, as an object with a getter of its own has a
 * hidden class of its own too, which keeps what the getter sees alive until old objects are collected.
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
  // Of a call that has ended already, whoever asks is told like of any other: after it could listen.
  if (call.isCancelled()) queueMicrotask(onCancelled);
  else call.onCancelled(onCancelled);
  return controller;
}

function reasonOf(isLate: boolean): ConnectError {
  return isLate
    ? new ConnectError('the deadline of the call has passed', Code.DeadlineExceeded)
    : new ConnectError('the caller went away', Code.Canceled);
}
