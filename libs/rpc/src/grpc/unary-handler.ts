import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import type * as grpc from '@grpc/grpc-js';
import { fromHeaders, toHeaders } from './metadata.ts';
import { toServerStatus } from './status.ts';
import type { IncomingCall } from './unary-context.ts';
import type { UnaryMethod } from './unary-method.ts';

type Message = MessageShape<DescMessage>;
type UnaryCall = grpc.ServerUnaryCall<Message, Message>;

/**
 * The grpc-js handler of a unary method. An async handler that throws leaves the client waiting for its deadline: nothing
 * here may throw unanswered.
 */
export function unaryHandler({ run }: UnaryMethod) {
  return async (call: UnaryCall, answer: grpc.sendUnaryData<Message>): Promise<void> => {
    try {
      const { message, header, trailer } = await run(incoming(call), call.request);
      // Without any, grpc-js sends them itself, in the same packet as the message.
      const metadata = fromHeaders(header);
      if (metadata !== undefined) call.sendMetadata(metadata);
      // A method may have answered before its caller went away; grpc-js drops what comes after that.
      answer(null, message as Message, fromHeaders(trailer)); // the interceptors give the method's message back
    } catch (error) {
      answer(toServerStatus(error));
    }
  };
}

/** grpc-js cancels a call whose deadline has passed as it does one whose caller went away. */
function incoming(call: UnaryCall): IncomingCall {
  return {
    header: toHeaders(call.metadata),
    deadline: Number(call.getDeadline()),
    isCancelled: () => call.cancelled,
    onCancelled: (listener) => void call.once('cancelled', listener),
  };
}
