import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import type * as grpc from '@grpc/grpc-js';
import { fromHeaders, toHeaders } from './metadata.ts';
import { toServerStatus } from './status.ts';
import type { IncomingCall } from './unary-context.ts';
import type { UnaryMethod } from './unary-method.ts';

type Message = MessageShape<DescMessage>;
type UnaryCall = grpc.ServerUnaryCall<Message, Buffer>;

/**
 * Makes the grpc-js handler of a unary method. It sends a response for every error; otherwise clients would wait for
 * their deadline.
 */
export function unaryHandler({ run }: UnaryMethod) {
  return async (call: UnaryCall, answer: grpc.sendUnaryData<Buffer>): Promise<void> => {
    try {
      const { bytes, header, trailer } = await run(incoming(call), call.request);
      // If the method sets no headers, grpc-js sends its own in the same packet as the message.
      const metadata = fromHeaders(header);
      if (metadata !== undefined) call.sendMetadata(metadata);
      // grpc-js drops the response of a call whose caller went away.
      answer(null, bytes, fromHeaders(trailer));
    } catch (error) {
      answer(toServerStatus(error));
    }
  };
}

/** Converts a call of grpc-js, which reports a passed deadline as a cancelled call. */
function incoming(call: UnaryCall): IncomingCall {
  return {
    header: toHeaders(call.metadata),
    deadline: Number(call.getDeadline()),
    isCancelled: () => call.cancelled,
    onCancelled: (listener) => void call.once('cancelled', listener),
  };
}
