import { create, type DescMessage, type DescMethodUnary, isMessage, type MessageInitShape } from '@bufbuild/protobuf';
import { Code, ConnectError, type UnaryResponse } from '@connectrpc/connect';
import type * as grpc from '@grpc/grpc-js';
import { decoderOf, encoderOf, pathOf } from './codec.ts';
import { type Connected, wasNotSent } from './connection.ts';
import { toHeaders, toMetadata } from './metadata.ts';
import { fromServiceError } from './status.ts';

type HeadersLike = ConstructorParameters<typeof Headers>[0];

/** What of a method every call of it needs. */
type Wire<I extends DescMessage, O extends DescMessage> = {
  path: string;
  encode: ReturnType<typeof encoderOf<I>>;
  decode: ReturnType<typeof decoderOf<O>>;
};

const wires = new WeakMap<DescMethodUnary, unknown>();

type UnaryOptions<I extends DescMessage> = {
  signal?: AbortSignal;
  timeoutMs?: number;
  header: HeadersLike;
  input: MessageInitShape<I>;
};

/**
 * Makes one unary call over grpc-js, again when it was not sent and there is a connection now. Ended by its signal, it
 * fails with the signal's reason if that is a ConnectError.
 */
export async function callUnary<I extends DescMessage, O extends DescMessage>(
  client: grpc.Client,
  connected: Connected,
  method: DescMethodUnary<I, O>,
  options: UnaryOptions<I>,
): Promise<UnaryResponse<I, O>> {
  const { signal, timeoutMs } = options;
  const callOptions = timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs };
  for (;;) {
    if (signal?.aborted) throw abortError(signal);
    try {
      return await sendUnary(client, method, options, callOptions);
    } catch (error) {
      if (signal?.aborted) throw abortError(signal);
      if (!wasNotSent(error) || !(await connected())) throw fromServiceError(error);
    }
  }
}

function sendUnary<I extends DescMessage, O extends DescMessage>(
  client: grpc.Client,
  method: DescMethodUnary<I, O>,
  { signal, header, input }: UnaryOptions<I>,
  callOptions: grpc.CallOptions,
): Promise<UnaryResponse<I, O>> {
  const { path, encode, decode } = wireOf(method);
  const message = isMessage(input, method.input) ? input : create(method.input, input);
  return new Promise((resolve, reject) => {
    let responseHeader: grpc.Metadata | undefined;
    let trailer: grpc.Metadata | undefined;
    const call = client.makeUnaryRequest(
      path,
      encode,
      decode,
      message,
      toMetadata(entriesOf(header)),
      callOptions,
      (error, answer) => {
        signal?.removeEventListener('abort', cancel);
        if (error || answer === undefined) return reject(error);
        resolve({
          stream: false,
          service: method.parent,
          method,
          header: responseHeader ? toHeaders(responseHeader) : new Headers(),
          trailer: trailer ? toHeaders(trailer) : new Headers(),
          message: answer,
        });
      },
    );
    const cancel = () => call.cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    call.once('metadata', (metadata: grpc.Metadata) => {
      responseHeader = metadata;
    });
    call.once('status', (status: grpc.StatusObject) => {
      trailer = status.metadata;
    });
  });
}

function wireOf<I extends DescMessage, O extends DescMessage>(method: DescMethodUnary<I, O>): Wire<I, O> {
  const known = wires.get(method);
  if (known !== undefined) return known as Wire<I, O>; // made below, of this method
  const wire = { path: pathOf(method), encode: encoderOf(method.input), decode: decoderOf(method.output) };
  wires.set(method, wire);
  return wire;
}

function entriesOf(header: HeadersLike): Iterable<[string, string]> {
  return header instanceof Headers ? header : new Headers(header);
}

function abortError(signal: AbortSignal): ConnectError {
  return ConnectError.from(signal.reason, Code.Canceled);
}
