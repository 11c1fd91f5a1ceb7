import { startCounting } from '../measuring/start-counting.ts';

/** A mail that the server accepted, and the time at which it confirmed the mail, in epoch milliseconds. */
export type Accepted = { messageId: string; to: string; bytes: number; at: number };

/** A mail server that accepts everything; `taken` returns the mails that it has accepted since the last call. */
export type Sink = { url: string; taken(): Promise<Accepted[]>; stop(): void };

export async function startSink(): Promise<Sink> {
  const { port, counts, stop } = await startCounting<Accepted[]>(new URL('sink-process.ts', import.meta.url));
  return { url: `smtp://127.0.0.1:${port}`, taken: counts, stop };
}
