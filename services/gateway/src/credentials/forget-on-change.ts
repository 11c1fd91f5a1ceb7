import type { Transport } from '@connectrpc/connect';
import { credentialsChangedHeader } from '../call-metadata.ts';

/** Calls `forget` for each response that reports changed credentials, before the response is passed on. */
export function forgetOnChange(transport: Transport, forget: () => void): Transport {
  return {
    async unary(method, signal, timeoutMs, header, input, values) {
      const answer = await transport.unary(method, signal, timeoutMs, header, input, values);
      if (answer.header.has(credentialsChangedHeader)) forget();
      return answer;
    },
    stream: (...call) => transport.stream(...call),
  };
}
