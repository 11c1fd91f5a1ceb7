import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import {
  type SharedAnswer,
  type SharedCall,
  SharedCallSchema,
  SharedCallsService,
  type ShareRequest,
  ShareRequestSchema,
  type ShareResponse,
} from '@drippulse/proto/drippulse/calls/v1/calls_pb';
import * as grpc from '@grpc/grpc-js';
import type { OnWork } from '../../work.ts';
import { decoderOf, encoderOf, pathOf } from '../codec.ts';
import { notMade } from '../connection.ts';

/** A call without its number. `timeoutMs` 0 means no deadline. */
export type NewCall = Required<Omit<MessageInitShape<typeof SharedCallSchema>, 'number' | '$typeName' | '$unknown'>> & {
  timeoutMs: number;
};

export type SharedCalls = {
  /**
   * Makes a call over a stream that it shares with other calls. Fails with the error of the stream, with
   * DEADLINE_EXCEEDED or with the reason of the signal. A failure of the method itself is in the trailers of the
   * response. `onWork` gets the work of the call, which ends when the peer responds, even after a cancellation, or when
   * the stream is lost.
   */
  send(call: NewCall, signal: AbortSignal | undefined, onWork?: OnWork): Promise<SharedAnswer>;
  /** Closes the stream to new calls. Calls under way still get their responses. */
  close(): void;
};

/**
 * Maximum number of calls of a stream. A stream accepts new calls until it reaches this number, its time is over, or
 * all its calls have a response. The next stream is opened to the next process of the peer, where a single call would
 * be sent too. So both successive and simultaneous calls are spread over all processes.
 */
const callsOfStream = 64;
const openForMs = 250;

const { share } = SharedCallsService.method;
const path = pathOf(share);
const encode = encoderOf(share.input);
const decode = decoderOf(share.output);

/** Makes unary calls to one peer over shared streams. Each stream carries up to `calls` calls (default 64). */
export function shareCalls(client: grpc.Client, calls: number = callsOfStream): SharedCalls {
  let current: Stream | undefined;
  return {
    send(call, signal, onWork) {
      if (!current?.isOpen()) current = openStream(client, calls);
      return current.send(call, signal, onWork);
    },
    close() {
      current?.close();
      current = undefined;
    },
  };
}

type Stream = ReturnType<typeof openStream>;
type Waiting = { answer(answer: SharedAnswer): void; fail(error: unknown): void };

function openStream(client: grpc.Client, mostCalls: number) {
  const stream: grpc.ClientDuplexStream<ShareRequest, ShareResponse> = client.makeBidiStreamRequest(
    path,
    encode,
    decode,
    new grpc.Metadata(),
  );
  const waiting = new Map<number, Waiting>();
  /** Callbacks that report the end of followed calls. */
  const followed = new Map<number, () => void>();
  let calls: SharedCall[] = [];
  let cancelled: number[] = [];
  let lastNumber = 0;
  let isOpen = true;
  let hasEnded = false;
  let isWriting = false;
  const closing = setTimeout(close, openForMs).unref();

  stream.on('data', ({ answers }: ShareResponse) => {
    for (const answer of answers) {
      endWork(answer.number);
      if (answer.refused) {
        close();
        waiting.get(answer.number)?.fail(notMade);
      } else {
        waiting.get(answer.number)?.answer(answer);
      }
    }
  });
  stream.on('error', failAll);
  // When the stream ends without an error, the peer has responded to every call that it read, so all other calls were
  // not made.
  stream.on('end', () => failAll(notMade));

  function endWork(number: number): void {
    followed.get(number)?.();
    followed.delete(number);
  }

  function send(call: NewCall, signal: AbortSignal | undefined, onWork?: OnWork): Promise<SharedAnswer> {
    return new Promise((resolve, reject) => {
      lastNumber += 1;
      const number = lastNumber;
      onWork?.(new Promise<void>((end) => followed.set(number, end)));
      const settle = () => {
        waiting.delete(number);
        clearTimeout(deadline);
        signal?.removeEventListener('abort', onAbort);
        if (waiting.size === 0) close();
      };
      const fail = (error: unknown) => {
        settle();
        reject(error);
      };
      const giveUp = (error: unknown) => {
        fail(error);
        cancelled.push(number);
        writeSoon();
      };
      const onAbort = () => giveUp(signal?.reason);
      const onDeadline = () => giveUp(new ConnectError('the deadline of the call has passed', Code.DeadlineExceeded));
      const deadline = call.timeoutMs === 0 ? undefined : setTimeout(onDeadline, call.timeoutMs);
      signal?.addEventListener('abort', onAbort, { once: true });
      waiting.set(number, {
        answer(answer) {
          settle();
          resolve(answer);
        },
        fail,
      });
      calls.push(create(SharedCallSchema, { ...call, number }));
      writeSoon();
      if (number === mostCalls) close();
    });
  }

  function writeSoon(): void {
    if (isWriting) return;
    isWriting = true;
    setImmediate(write);
  }

  /** Sends all calls of one turn together, because a write to a socket costs more than most calls. */
  function write(): void {
    isWriting = false;
    if (hasEnded) return;
    if (calls.length > 0 || cancelled.length > 0) stream.write(create(ShareRequestSchema, { calls, cancelled }));
    calls = [];
    cancelled = [];
    if (!isOpen && waiting.size === 0) stream.end();
  }

  /**
   * Closes the stream to new calls. The stream stays open until all calls have a response, so that calls can be
   * cancelled over it.
   */
  function close(): void {
    isOpen = false;
    clearTimeout(closing);
    writeSoon();
  }

  function failAll(error: unknown): void {
    hasEnded = true;
    isOpen = false;
    clearTimeout(closing);
    for (const number of [...followed.keys()]) endWork(number);
    for (const { fail } of waiting.values()) fail(error);
  }

  return { isOpen: () => isOpen, send, close };
}
