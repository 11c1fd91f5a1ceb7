import { wasNeverSent } from '@drippulse/grpc-patches';
import * as grpc from '@grpc/grpc-js';

/**
 * Time in milliseconds for which calls wait for a connection. It is longer than it takes to look up a name and connect
 * to a replacement process.
 */
const reconnectMs = 2000;

/**
 * Waits for a connection. Returns false after 2 s without a connection. Later calls return false immediately until
 * there is a connection again.
 */
export type Connected = () => Promise<boolean>;

/** Watches the connection of a client. All calls of the client share one wait, which begins with the first of them. */
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

/** The failure of a call that a stopping process refused to start. */
export const notMade: Error = new Error('the peer stopped before it made the call');

/** Whether a call failed before any peer saw it, so that it may be repeated even if it is not idempotent. */
export function wasNotSent(error: unknown): boolean {
  return error === notMade || wasNeverSent(error);
}
