import { Code, ConnectError, type Interceptor, type StreamResponse, type UnaryResponse } from '@connectrpc/connect';
import { type Logger, type Metrics, sumWarnings } from '@drippulse/observability';
import { checkAccess } from './access.ts';
import { fromConnectError, toConnectError } from './errors.ts';
import { callerKey } from './handler-context.ts';
import { measureCalls } from './metrics.ts';
import type { Tokens } from './tokens.ts';

/**
 * Returns the interceptors of every served call. They require a valid internal token, check the method's rest option,
 * and turn errors into statuses. Internal failures are logged only here, with their cause. Warnings about unavailable
 * or overloaded peers are summed by reason, because callers determine how often they occur.
 */
export function serverInterceptors(options: { tokens: Tokens; log: Logger; metrics?: Metrics }): Interceptor[] {
  const { tokens, log, metrics } = options;
  return [answerErrors(log, metrics), authenticate(tokens)];
}

function answerErrors(log: Logger, metrics: Metrics | undefined): Interceptor {
  const measure = metrics ? measureCalls(metrics) : () => () => undefined;
  const warn = sumWarnings(log, 'calls found something away');
  return (next) => async (request) => {
    const method = `${request.method.parent.typeName}/${request.method.name}`;
    const finish = measure(method);

    function fail(error: unknown): ConnectError {
      const answer = toConnectError(isAbort(error, request.signal) ? request.signal.reason : error);
      finish(Code[answer.code]);
      const fields = { err: error, method, request_id: request.header.get('x-request-id') };
      if (answer.code === Code.Internal) log.error(fields, 'call failed');
      if (answer.code === Code.Unavailable) warn(fromConnectError(answer).reason, fields);
      return answer;
    }

    async function* guarded(messages: AsyncIterable<unknown>) {
      try {
        yield* messages;
        finish('OK');
      } catch (error) {
        throw fail(error);
      } finally {
        finish(Code[Code.Canceled]);
      }
    }

    let response: UnaryResponse | StreamResponse;
    try {
      response = await next(request);
    } catch (error) {
      throw fail(error);
    }
    if (!response.stream) {
      finish('OK');
      return response;
    }
    // The messages are passed on unchanged, so their type does not change.
    return { ...response, message: guarded(response.message) } as StreamResponse;
  };
}

/** Whether a handler stopped because its call had ended. If so, the call fails with the reason for which it ended. */
function isAbort(error: unknown, signal: AbortSignal): boolean {
  return (
    signal.aborted && signal.reason instanceof ConnectError && error instanceof Error && error.name === 'AbortError'
  );
}

function authenticate(tokens: Tokens): Interceptor {
  return (next) => async (request) => {
    const token = /^Bearer (.+)$/.exec(request.header.get('authorization') ?? '')?.[1];
    const caller = token && (await tokens.verify(token).catch(() => undefined));
    // This error has no ErrorInfo, so it becomes `internal`: a service's bad token is the platform's fault, not the API
    // caller's.
    if (!caller) throw new ConnectError('a valid internal token is required', Code.Unauthenticated);
    checkAccess(request.method, caller);
    request.contextValues.set(callerKey, caller);
    return next(request);
  };
}
