import * as grpc from '@grpc/grpc-js';

/** Longer than it takes to look a name up and to connect to the process that took the place of the last one. */
const reconnectMs = 2000;

/** Waits for a connection; false when there is none for so long that waiting makes no sense until there was one. */
export type Connected = () => Promise<boolean>;

/** One wait, of 2 s from the first that asked, serves all calls of a client. */
export function watchConnection(client: grpc.Client): Connected {
  let waiting: Promise<boolean> | undefined;
  let isAway = false;

  function wait(): Promise<boolean> {
    return new Promise((resolve) => {
      client.waitForReady(Date.now() + reconnectMs, (error) => {
        waiting = undefined;
        resolve(error === undefined);
        if (error === undefined) return;
        isAway = true;
        client.waitForReady(Number.POSITIVE_INFINITY, () => {
          isAway = false;
        });
      });
    });
  }

  return async () => {
    if (client.getChannel().getConnectivityState(false) === grpc.connectivityState.READY) return true;
    if (isAway) return false;
    waiting ??= wait();
    return waiting;
  };
}

/** What a call on a shared stream ends with that a process which was about to stop has not made. */
export const notMade: Error = new Error('the peer stopped before it made the call');

/**
 * Whether a call failed because there was no connection to send it over, as in the moment in which the only process of
 * a service was replaced: nobody has seen it, so it may be made again whatever it does. Such an error is made by the
 * client itself, which has no headers of an answer; a peer that tells of one of its own peers has.
 */
export function wasNotSent(error: unknown): boolean {
  if (error === notMade) return true;
  if (!(error instanceof Error) || !('code' in error && 'details' in error && 'metadata' in error)) return false;
  const { code, details, metadata } = error;
  const hasAnswer = metadata instanceof grpc.Metadata && Object.keys(metadata.getMap()).length > 0;
  return code === grpc.status.UNAVAILABLE && !hasAnswer && /^round_robin: No connection/.test(String(details));
}
