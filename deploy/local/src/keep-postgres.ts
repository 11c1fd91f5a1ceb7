import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@drippulse/observability';
import { isDiskFull } from '@drippulse/servers';
import { explainAndExit } from './console.ts';
import type { ReservedPostgres } from './postgres.ts';
import { StartError } from './secrets.ts';

/** The pauses before successive attempts within ten minutes, in milliseconds. */
const pausesMs = [500, 1000, 2000, 4000, 8000];
const withinMs = 600_000;
/**
 * Pause in milliseconds between attempts when only a person can help, by making room or by starting their own server.
 */
const patientMs = 5000;

/**
 * Restarts PostgreSQL whenever it ends; until it runs again, requests get 503. An embedded server is started up to five
 * times within ten minutes. After that this process ends with an error message, because a supervisor or a person can do
 * more. Attempts that fail because the disk is full, and attempts to reach an external server, are not counted.
 */
export function keepPostgres(
  postgres: ReservedPostgres,
  { log, isEmbedded }: { log: Logger; isEmbedded: boolean },
): { stop(): Promise<void> } {
  const stopped = new AbortController();
  let tries: number[] = [];
  let returning = Promise.resolve();

  function watch(): void {
    postgres.onceLost(() => {
      if (stopped.signal.aborted) return;
      log.error({}, 'the connection to PostgreSQL ended');
      returning = bringBack();
    });
  }

  async function bringBack(): Promise<void> {
    for (let isBack = false; !isBack && !stopped.signal.aborted; ) isBack = await tryOnce();
    if (!stopped.signal.aborted) watch();
  }

  async function tryOnce(): Promise<boolean> {
    tries = tries.filter((at) => at > Date.now() - withinMs);
    const pauseMs = pausesMs[tries.length];
    if (pauseMs === undefined) {
      const sentence = `PostgreSQL ended, and ${tries.length} starts within ten minutes did not bring it back`;
      return explainAndExit(new StartError(`${sentence}: see postgres/server.log in the data folder.`));
    }
    await sleep(pauseMs, undefined, { signal: stopped.signal }).catch(() => undefined);
    if (stopped.signal.aborted) return false;
    try {
      await postgres.reserveAgain();
      if (isEmbedded) tries.push(Date.now());
      log.info({}, 'PostgreSQL is back');
      return true;
    } catch (error) {
      log.error({ err: error }, 'PostgreSQL is not back yet');
      if (isEmbedded && !isDiskFull(error)) tries.push(Date.now());
      else await sleep(patientMs, undefined, { signal: stopped.signal }).catch(() => undefined);
      return false;
    }
  }

  watch();
  return {
    async stop() {
      stopped.abort();
      await returning;
    },
  };
}
