import type { Socket } from 'node:net';
import type { Held, Shares } from '@drippulse/loops';
import { bytesBehind } from './slow-clients.ts';
import { waitFor } from './wait-for.ts';

/** Who takes an answer, and who is charged for it until it is taken. */
export type Reader = { socket: Socket; holder: string; signal: AbortSignal };

/** The bytes of answers that are made and not taken by their clients. */
export type UnreadAnswers = {
  /**
   * Counts an answer until it is released, and waits for room before. While others wait, readers that are too slow are
   * ended.
   */
  hold(bytes: number, reader: Reader): Promise<Pick<Held, 'release'>>;
};

/** `before`: what the client had taken of earlier answers. */
type Reading = Omit<Reader, 'signal'> & { bytes: number; before: number; seconds: number };

const lookEveryMs = 1000;

/**
 * Counts answers in `shares`, and looks at their readers once a second. While others wait, a look ends those that are
 * furthest behind, until what they give back is as much as is wanted. Time in which this process itself stands still
 * counts as one look, because no client can take anything meanwhile.
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

  /** Looks at a reader until the returned function is called. */
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

/** Bytes that the client has taken, or that are on their way to it. */
function takenOf(socket: Socket): number {
  return socket.bytesWritten - socket.writableLength;
}
