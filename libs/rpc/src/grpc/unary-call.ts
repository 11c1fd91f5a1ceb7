import {
  create,
  type DescMessage,
  type DescMethodUnary,
  fromBinary,
  isMessage,
  type MessageInitShape,
} from '@bufbuild/protobuf';
import { Code, ConnectError, type UnaryResponse } from '@connectrpc/connect';
import { findTrailerError } from '@connectrpc/connect/protocol-grpc';
import type * as grpc from '@grpc/grpc-js';
import type { OnWork } from '../work.ts';
import { endingWith, type PeerAttributes, startCall } from './call-spans.ts';
import { encoded, pathOf } from './codec.ts';
import { type Connected, wasNotSent } from './connection.ts';
import { toHeaders, toMetadata } from './metadata.ts';
import type { SharedCalls } from './shared/shared-calls.ts';
import { fromServiceError } from './status.ts';

type HeadersLike = ConstructorParameters<typeof Headers>[0];

/**
 * The connection to a peer, or the connections to each of its processes. On the wire for large calls, each shared
 * stream carries only one call.
 */
export type Wire = { client: grpc.Client; connected: Connected; shared: SharedCalls };

/** The connections over which unary calls reach a peer. */
export type Line = {
  small: Wire;
  /** Returns the wire for large requests and responses. */
  large(): Wire;
  /** Attributes of the peer on the spans of its calls. */
  peer: PeerAttributes;
  /** Number of small calls that have begun and not ended. */
  underWay: number;
};

type UnaryOptions<I extends DescMessage> = {
  hasLargeAnswer: boolean;
  onWork?: OnWork;
  signal?: AbortSignal;
  timeoutMs?: number;
  header: HeadersLike;
  input: MessageInitShape<I>;
};

/** A call that is ready to be sent; the deadline is in milliseconds since the epoch. */
type Outgoing = {
  path: string;
  headers: Headers;
  deadline: number | undefined;
  signal: AbortSignal | undefined;
  message: Buffer;
  /** Whether other calls would wait long behind the request or the response of this call. */
  isLarge: boolean;
  onWork: OnWork | undefined;
};

type Answer = { header: Headers; trailer: Headers; message: Uint8Array };

/**
 * Maximum number of bytes of a small request. A larger request would delay the calls behind it, because HTTP/2 sends
 * the bodies on a connection one after the other.
 */
const maxSmallBytes = 64 << 10;

/**
 * Makes one unary call over grpc-js. Repeats the call if it was not sent and a connection exists again. If the signal
 * ends the call, the call fails with the signal's reason if that is a ConnectError. If traces are collected, the call
 * is one client span, and its trace context is added to `header`.
 */
export async function callUnary<I extends DescMessage, O extends DescMessage>(
  line: Line,
  method: DescMethodUnary<I, O>,
  { hasLargeAnswer, onWork, signal, timeoutMs, header, input }: UnaryOptions<I>,
): Promise<UnaryResponse<I, O>> {
  const headers = header instanceof Headers ? header : new Headers(header);
  const message = encoded(method.input, isMessage(input, method.input) ? input : create(method.input, input));
  const call = {
    path: pathOf(method),
    headers,
    deadline: timeoutMs === undefined ? undefined : Date.now() + timeoutMs,
    signal,
    message,
    isLarge: hasLargeAnswer || message.length > maxSmallBytes,
    onWork,
  };
  const span = startCall(method, line.peer, headers);
  const answer = await (span ? endingWith(span, () => sendAgain(line, call)) : sendAgain(line, call));
  return {
    stream: false,
    service: method.parent,
    method,
    ...answer,
    message: fromBinary(method.output, answer.message),
  };
}

async function sendAgain(line: Line, call: Outgoing): Promise<Answer> {
  const { signal, isLarge } = call;
  const wire = isLarge ? line.large() : line.small;
  for (;;) {
    if (signal?.aborted) throw abortError(signal);
    try {
      // Only on a shared stream can a cancelled call still report the end of its work, because the stream stays open.
      if (call.onWork !== undefined) return await sendShared(wire.shared, call);
      return isLarge ? await sendAlone(wire.client, call) : await sendSmall(line, call);
    } catch (error) {
      if (signal?.aborted) throw abortError(signal);
      if (!wasNotSent(error) || !(await wire.connected())) throw fromServiceError(error);
    }
  }
}

/** Sends a call alone when no other call is under way. This costs a sixth less than a shared stream. */
async function sendSmall(line: Line, call: Outgoing): Promise<Answer> {
  const { small } = line;
  const isShared = line.underWay > 0;
  line.underWay += 1;
  try {
    return isShared ? await sendShared(small.shared, call) : await sendAlone(small.client, call);
  } finally {
    line.underWay -= 1;
  }
}

async function sendShared(
  shared: SharedCalls,
  { path, headers, deadline, signal, message, onWork }: Outgoing,
): Promise<Answer> {
  const timeoutMs = deadline === undefined ? 0 : Math.max(1, deadline - Date.now());
  const answer = await shared.send({ path, headers: Object.fromEntries(headers), timeoutMs, message }, signal, onWork);
  const trailer = new Headers(answer.trailers);
  const error = findTrailerError(trailer);
  if (error !== undefined) throw error;
  return { header: new Headers(answer.headers), trailer, message: answer.message };
}

const asItIs = (bytes: Buffer) => bytes;

function sendAlone(client: grpc.Client, { path, headers, deadline, signal, message }: Outgoing): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let responseHeader: grpc.Metadata | undefined;
    let trailer: grpc.Metadata | undefined;
    const call = client.makeUnaryRequest(
      path,
      asItIs,
      asItIs,
      message,
      toMetadata(headers),
      deadline === undefined ? {} : { deadline },
      (error, answer) => {
        signal?.removeEventListener('abort', cancel);
        if (error || answer === undefined) return reject(error);
        resolve({
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

function abortError(signal: AbortSignal): ConnectError {
  return ConnectError.from(signal.reason, Code.Canceled);
}
