import type { Socket } from 'node:net';
import type { Held, Shares } from '@drippulse/loops';
import { bytesBehind } from './slow-clients.ts';
import { waitFor } from './wait-for.ts';

/** Reader of a response. The response counts against the limits of `holder` until the client has read it. */
export type Reader = { socket: Socket; holder: string; signal: AbortSignal };

/** Counts the bytes of responses that are made and that their clients have not read yet. */
export type UnreadAnswers = {
  /**
   * Waits for room, and counts a response until it is released. While other responses wait, readers that are too slow
   * are disconnected.
   */
  hold(bytes: number, reader: Reader): Promise<Pick<Held, 'release'>>;
};

/** `before` is the number of bytes that the client had read when the response began. */
type Reading = Omit<Reader, 'signal'> & { bytes: number; before: number; seconds: number };

const lookEveryMs = 1000;

/**
 * Counts responses in `shares`, and checks their readers once a second. While other responses wait, a check disconnects
 * the readers that are furthest behind, until enough bytes are released for the waiting responses. A stall of this
 * process counts as only one check, because no client can read anything during the stall.
 */
export function createUnreadAnswers(shares: Shares): UnreadAnswers {
  const readings = new Set<Reading>();
  let looking: NodeJS.Timeout | undefined;

  function look(): void {
    for (const reading of readings) reading.seconds += 1;
    const slow = [...readings].filter((reading) => behindOf(reading) > 0);
    let givenBack = 0;
    for (const { socket, holder, bytes } of slow.sort((one, other) => behindOf(other) - behindOf(one))) {
      if (givenBack >= shares.wanted(holder)) continue;
      givenBack += bytes;
      socket.destroy();
    }
  }

  /** Watches a reader until the returned function is called. */
  function watch(bytes: number, { socket, holder }: Reader): () => void {
    const reading = { socket, holder, bytes, before: takenOf(socket), seconds: 0 };
    readings.add(reading);
    looking ??= setInterval(look, lookEveryMs).unref();
    return () => {
      readings.delete(reading);
      if (readings.size > 0) return;
      clearInterval(looking);
      looking = undefined;
    };
  }

  return {
    async hold(bytes, reader) {
      const held = await waitFor(shares, reader.holder, bytes, reader.signal);
      const stop = watch(bytes, reader);
      return {
        release() {
          stop();
          held.release();
        },
      };
    },
  };
}

function behindOf({ socket, before, bytes, seconds }: Reading): number {
  return bytesBehind({ bytes, seconds, taken: takenOf(socket) - before });
}

/** Returns the number of bytes that the client has read, or that are on the way to the client. */
function takenOf(socket: Socket): number {
  return socket.bytesWritten - socket.writableLength;
}
