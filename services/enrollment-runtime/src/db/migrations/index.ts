import type { Migration } from 'kysely/migration';
import * as enrollments from './2026-11-25-0900-enrollments.ts';
import * as schedules from './2026-11-25-1000-schedules.ts';
import * as listIndexes from './2026-11-25-1100-list-indexes.ts';
import * as hops from './2026-11-25-1200-hops.ts';
import * as eventTriggers from './2026-11-25-1300-event-triggers.ts';
import * as history from './2026-11-25-1300-history.ts';
import * as erasures from './2026-11-25-2110-erasures.ts';
import * as linesOfMoves from './2026-11-26-0000-lines-of-moves.ts';
import * as searchBlocks from './2026-11-26-0100-search-blocks.ts';
import * as forgetting from './2026-11-26-0200-forgetting.ts';
import * as erasuresByBlocks from './2026-11-26-0210-erasures-by-blocks.ts';
import * as blockIndex from './2026-11-26-0220-block-index.ts';

export const migrations: Record<string, Migration> = {
  '2026-11-25-0900-enrollments': enrollments,
  '2026-11-25-1000-schedules': schedules,
  '2026-11-25-1100-list-indexes': listIndexes,
  '2026-11-25-1200-hops': hops,
  '2026-11-25-1300-event-triggers': eventTriggers,
  '2026-11-25-1300-history': history,
  '2026-11-25-2110-erasures': erasures,
  '2026-11-26-0000-lines-of-moves': linesOfMoves,
  '2026-11-26-0100-search-blocks': searchBlocks,
  '2026-11-26-0200-forgetting': forgetting,
  '2026-11-26-0210-erasures-by-blocks': erasuresByBlocks,
  '2026-11-26-0220-block-index': blockIndex,
};
