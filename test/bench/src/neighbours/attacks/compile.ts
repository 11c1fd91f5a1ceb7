import type { Attack } from '../attack.ts';
import { compileFilters } from './compile-filters.ts';
import { compileFirstMoves } from './compile-first-moves.ts';
import { compileTestRuns } from './compile-test-runs.ts';

const ways = [compileFilters, compileFirstMoves, compileTestRuns];

/** All ways to make the platform compile, used at the same time, each by an organization of its own. */
export const compile: Attack = {
  organizations: ways.length,
  async prepare(place, tokens) {
    const begins = await Promise.all(ways.map((way, index) => way.prepare(place, tokens.slice(index, index + 1))));
    return async (round) => void (await Promise.all(begins.map((begin) => begin(round))));
  },
};
