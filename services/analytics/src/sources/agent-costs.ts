import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { Context } from '../context.ts';
import { type Cell, number, type Page, type Table, text } from '../tables/table.ts';
import type { Reading } from './source.ts';
import { unlessGone } from './unless-gone.ts';

/**
 * Reads the cost of each agent by day (UTC). The period's start is rounded down to a whole hour, and its end is rounded
 * up.
 */
export async function agentCosts(ctx: Context, reading: Reading): Promise<Table> {
  return {
    title: 'Cost of agents',
    columns: [
      number('agent_id', 'Agent'),
      text('agent_name', 'Name'),
      text('day', 'Day'),
      number('executions', 'Executions'),
      number('input_tokens', 'Tokens in'),
      number('output_tokens', 'Tokens out'),
      text('cost_usd', 'Cost (USD)'),
    ],
    pages: pagesOf(ctx, reading),
    chart: { label: 'agent_name', value: 'cost_usd' },
  };
}

async function* pagesOf({ clients }: Context, { caller, parameters }: Reading): AsyncGenerator<Page> {
  const agents = clients.agents(caller);
  const insights = clients.insights(caller);
  const period = { from: timestampFromDate(parameters.from), to: timestampFromDate(parameters.to) };
  let [cursor, seen]: [string | undefined, number] = [undefined, 0];
  do {
    const list = await agents.listAgents({ ...(cursor !== undefined && { cursor }), limit: 100 });
    for (const { id, name } of list.agents) {
      const costs = await unlessGone(insights.getAgentCosts({ id, ...period }));
      seen += 1;
      yield {
        rows: (costs?.byDay ?? []).map(({ day, sum }): Cell[] => [
          id,
          name,
          day,
          sum?.executions ?? 0n,
          sum?.inputTokens ?? 0n,
          sum?.outputTokens ?? 0n,
          sum?.costUsd ?? '0.000000',
        ]),
        done: seen / Math.max(seen, Number(list.totalCount)),
      };
    }
    cursor = list.nextCursor;
  } while (cursor !== undefined);
}
