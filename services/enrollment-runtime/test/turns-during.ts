import { setImmediate as nextRound } from 'node:timers/promises';
import { type QueueTurn, queueTurns } from '@drippulse/loops';

/** A turn of synchronous work, with the number of the event loop's round in which it ran. */
type Turn = QueueTurn & { round: number };

/** Runs some work. Returns its result, and the turns that all queues of this process took during the work. */
export async function turnsDuring<T>(work: () => Promise<T>): Promise<{ result: T; turns: Turn[] }> {
  const turns: Turn[] = [];
  let round = 0;
  let isOver = false;
  // this channel has no other messages
  const note = (turn: unknown) => void turns.push({ ...(turn as QueueTurn), round });
  const counting = (async () => {
    for (; !isOver; round += 1) await nextRound();
  })();
  queueTurns.subscribe(note);
  try {
    return { result: await work(), turns };
  } finally {
    queueTurns.unsubscribe(note);
    isOver = true;
    await counting;
  }
}
