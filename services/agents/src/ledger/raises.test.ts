import { expect, test } from '@jest/globals';
import { raiseFor } from './raises.ts';
import type { Scope } from './windows.ts';

const full = (scope: Scope, limitPicoUsd: bigint, spentPicoUsd = 0n) => ({
  full: {
    window: { scope, key: scope, limitPicoUsd, isDrawn: false, endsAt: new Date(0), resets: true },
    ...{ limitPicoUsd, spentPicoUsd, reservedPicoUsd: 5n },
  },
  neededPicoUsd: 30n,
});

test.each<[string, Scope, bigint, bigint, bigint, string | undefined]>([
  ['what an execution may cost beyond the limit', 'organization_day', 100n, 90n, 50n, '150'],
  ['what the call needs, where that is more', 'agent_day', 100n, 90n, 10n, '130'],
  ['beyond what is taken, where others have passed the limit', 'organization_month', 100n, 120n, 50n, '175'],
  ['nothing of the plan', 'plan', 100n, 90n, 50n, undefined],
  ['nothing of the installation', 'installation_day', 100n, 90n, 50n, undefined],
  ['nothing of a limit that refuses every paid call', 'execution', 0n, 0n, 50n, undefined],
])('a raise is %s', (_what, scope, limit, spent, execution, raisedTo) => {
  expect(raiseFor(full(scope, limit, spent), execution)?.raised_to).toBe(raisedTo);
});
