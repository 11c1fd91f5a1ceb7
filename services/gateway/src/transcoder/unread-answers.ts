import type { Socket } from 'node:net';
import type { Held, Shares } from '@drippulse/loops';
import { isSlowReader } from './pace.ts';
import { waitFor } from './wait-for.ts';

/** Who takes an answer, and who is charged for it until it is taken. */
export type Reader = { socket: Socket; holder: string; signal: AbortSignal };

/** The bytes of answers that are made and not taken by their clients. */
export type UnreadAnswers = {
  /** Counts an answer until it is released, and waits for room before. While others wait, a reader that is too slow is ended. */
  hold(bytes: number, reader: Reader): Promise<Pick<Held, 'release'>>;
};

const lookEveryMs = 1000;

/**
 * Counts answers in `shares`. It looks at their readers once a second. Time in which this process itself stands still counts as one
 * look, because no client can take anything meanwhile.
 */
export function createUnreadAnswers(shares: Shares): UnreadAnswers {
  const reading = new Set<() => void>();
  let looking: NodeJS.Timeout | undefined;

  function look(): void {
    for (const judge of reading) judge();
  }

  /** Judges a reader once a second until the returned function is called. */
  function watch(bytes: number, { socket, holder }: Reader): () => void {
    const before = takenOf(socket);
    let seconds = 0;
    const judge = () => {
      seconds += 1;
      const isSlow = isSlowReader({ bytes, taken: takenOf(socket) - before, seconds });
      if (isSlow && shares.isWanted(holder)) socket.destroy();
    };
    reading.add(judge);
    looking ??= setInterval(look, lookEveryMs).unref();
    return () => {
      reading.delete(judge);
      if (reading.size > 0) return;
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

/** Bytes that the client has taken, or that are on their way to it. */
function takenOf(socket: Socket): number {
  return socket.bytesWritten - socket.writableLength;
}
