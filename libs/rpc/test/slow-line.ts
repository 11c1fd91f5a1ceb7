import { startWatchedLine } from './watched-line.ts';

/**
 * Forwards connections to a local port. After `bytes` bytes from its client, a connection stops until `goOn` is called.
 */
export async function startSlowLine(target: number, bytes: number) {
  const held: (() => void)[] = [];
  const line = await startWatchedLine(target, (client) => {
    let carried = 0;
    return (piece) => {
      carried += piece.length;
      if (carried < bytes) return;
      client.pause();
      held.push(() => client.resume());
      carried = Number.NEGATIVE_INFINITY;
    };
  });
  return {
    ...line,
    held: () => held.length,
    goOn: () => held.splice(0).forEach((resume) => void resume()),
  };
}
