import { create, fromBinary } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import {
  type SharedAnswer,
  SharedAnswerSchema,
  type SharedCall,
  type ShareRequest,
  type ShareResponse,
  ShareResponseSchema,
} from '@drippulse/proto/drippulse/calls/v1/calls_pb';
import type * as grpc from '@grpc/grpc-js';
import { maxMessageBytes } from '../../peers.ts';
import { failureTrailer } from '../status.ts';
import type { IncomingCall } from '../unary-context.ts';
import type { UnaryMethod } from '../unary-method.ts';

type Stream = grpc.ServerDuplexStream<ShareRequest, ShareResponse>;

/** The server side of the streaming method that carries unary calls. */
export type SharedServer = {
  handler: grpc.handleBidiStreamingCall<ShareRequest, ShareResponse>;
  /** Refuses further calls. Streams end when all earlier calls have a response. */
  stop(): void;
};

/**
 * Maximum number of bytes of the responses in one message, because a reader keeps a message in memory. A larger
 * response is sent alone.
 */
const maxBatchBytes = 256 << 10;

/**
 * Maximum number of a stream's calls that run at the same time, and of calls that begin in one turn of the event loop.
 * The platform's own clients never send more than this on a stream. The second limit is needed because a refused call
 * ends without waiting for anything: without it, thousands of refused calls in one message would make one turn of
 * several seconds.
 */
const callsAtOnce = 64;

/** Serves unary methods, found by the path of each call, over shared streams. */
export function serveShared(methods: ReadonlyMap<string, UnaryMethod>): SharedServer {
  const endings = new Set<() => void>();
  let hasStopped = false;
  return {
    handler(stream) {
      const end = serveStream(stream, methods, () => endings.delete(end));
      endings.add(end);
      if (hasStopped) end();
    },
    stop() {
      hasStopped = true;
      for (const end of endings) end();
    },
  };
}

/**
 * Serves one stream. Returns a function that refuses further calls and ends the stream once all calls have a response.
 */
function serveStream(stream: Stream, methods: ReadonlyMap<string, UnaryMethod>, onEnd: () => void): () => void {
  const running = new Map<number, { cancel(): void }>();
  /** Calls that were read but have not begun, in order, with the time of their arrival. */
  const waiting = new Map<number, { call: SharedCall; arrivedAt: number }>();
  let isStarting = false;
  let answers: SharedAnswer[] = [];
  let isEnding = false;

  /** Begins calls. While some calls wait, it reads no more of the stream. */
  function start(): void {
    isStarting = false;
    for (const { call, arrivedAt } of waiting.values()) {
      if (running.size >= callsAtOnce) break;
      waiting.delete(call.number);
      void serve(call, arrivedAt);
    }
    if (waiting.size > 0) stream.pause();
    else if (stream.isPaused()) stream.resume();
  }

  function startSoon(): void {
    if (isStarting || waiting.size === 0) return;
    isStarting = true;
    setImmediate(start);
  }

  async function serve({ number, path, timeoutMs, headers, message }: SharedCall, arrivedAt: number): Promise<void> {
    const { call, cancel, release } = incomingCall(headers, timeoutMs, arrivedAt);
    running.set(number, { cancel });
    const answer = await answerOf(methods.get(path), path, call, message);
    running.delete(number);
    release();
    writeSoon(create(SharedAnswerSchema, { ...answer, number }));
    startSoon();
  }

  function writeSoon(answer: SharedAnswer): void {
    if (answers.length === 0) setImmediate(write);
    answers.push(answer);
  }

  /** Sends all responses of one turn together, because a write to a socket costs more than most responses. */
  function write(): void {
    const ready = answers;
    answers = [];
    if (stream.cancelled) return;
    for (const batch of batchesOf(ready)) stream.write(create(ShareResponseSchema, { answers: batch }));
    endIfDone();
  }

  function end(): void {
    isEnding = true;
    endIfDone();
  }

  function endIfDone(): void {
    if (!isEnding || running.size > 0 || waiting.size > 0 || answers.length > 0) return;
    onEnd();
    stream.end();
  }

  stream.on('data', ({ calls, cancelled }: ShareRequest) => {
    const arrivedAt = Date.now();
    for (const call of calls) {
      if (isEnding) writeSoon(create(SharedAnswerSchema, { number: call.number, refused: true }));
      else waiting.set(call.number, { call, arrivedAt });
    }
    for (const number of cancelled) {
      waiting.delete(number);
      running.get(number)?.cancel();
    }
    if (!isStarting) start();
    endIfDone();
  });
  stream.on('end', end);
  stream.on('cancelled', () => {
    onEnd();
    waiting.clear();
    for (const { cancel } of running.values()) cancel();
  });
  // A stream emits an error when its connection is lost. Without a listener, the error would be uncaught.
  stream.on('error', () => undefined);
  return end;
}

/** Runs a call. Never throws, because a failure is sent as the response. */
async function answerOf(
  served: UnaryMethod | undefined,
  path: string,
  call: IncomingCall,
  message: Uint8Array,
): Promise<{ headers?: Record<string, string>; trailers: Record<string, string>; message?: Uint8Array }> {
  try {
    if (served === undefined) throw new ConnectError(`${path} is not served here`, Code.Unimplemented);
    const { method, run } = served;
    const { header, trailer, bytes } = await run(call, fromBinary(method.input, message));
    if (bytes.length > maxMessageBytes) throw new ConnectError('the answer is too large', Code.ResourceExhausted);
    return {
      headers: Object.fromEntries(header),
      trailers: Object.fromEntries(trailer),
      message: bytes,
    };
  } catch (error) {
    return { trailers: Object.fromEntries(failureTrailer(error)) };
  }
}

/** Builds the incoming call that a method's handler gets. `release` clears the deadline once the response is ready. */
function incomingCall(headers: Record<string, string>, timeoutMs: number, arrivedAt: number) {
  const deadline = timeoutMs === 0 ? Number.POSITIVE_INFINITY : arrivedAt + timeoutMs;
  let isCancelled = false;
  let listening: (() => void) | undefined;
  let timer: NodeJS.Timeout | undefined;
  const call: IncomingCall = {
    header: new Headers(headers),
    deadline,
    isCancelled: () => isCancelled || Date.now() >= deadline,
    onCancelled(listener) {
      listening = listener;
      if (timeoutMs > 0) timer = setTimeout(listener, deadline - Date.now());
    },
  };
  return {
    call,
    cancel() {
      isCancelled = true;
      listening?.();
    },
    release: () => clearTimeout(timer),
  };
}

function* batchesOf(answers: readonly SharedAnswer[]): Generator<SharedAnswer[]> {
  let batch: SharedAnswer[] = [];
  let bytes = 0;
  for (const answer of answers) {
    if (batch.length > 0 && bytes + answer.message.length > maxBatchBytes) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(answer);
    bytes += answer.message.length;
  }
  if (batch.length > 0) yield batch;
}
