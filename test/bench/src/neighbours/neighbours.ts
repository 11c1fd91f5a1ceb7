import type { Bench, Figures } from '../bench.ts';
import { percentile, round } from '../measuring/percentile.ts';
import { startPostgres } from '../start-postgres.ts';
import { prepareLoudOrganization } from './loud-organization.ts';
import { startQuietOrganization, type Times } from './quiet-organization.ts';
import { type Platform, startPlatform } from './start-platform.ts';

const whole = { rounds: 4, seconds: 15 };
const short = { rounds: 1, seconds: 5 };
/** As the chart sets it. */
const podLimitMb = 512;

/** What one organization does, alone and beside one that does the worst of each class, in turn. */
export const neighbours: Bench = async ({ short: isShort, progress }) => {
  const { rounds, seconds } = isShort ? short : whole;
  const postgres = await startPostgres();
  try {
    const platform = await startPlatform(postgres);
    try {
      const quiet = await startQuietOrganization(platform.base, platform.first);
      const loud = await prepareLoudOrganization(platform, await platform.addOrganization('loud'));
      await quiet.work(seconds / 3);
      const alone: Times[] = [];
      const beside: Times[] = [];
      await longestStalls(platform);
      for (let round = 1; round <= rounds; round += 1) {
        progress(`neighbours: round ${round} of ${rounds}, alone …`);
        alone.push(await quiet.work(seconds));
        progress(`neighbours: round ${round} of ${rounds}, beside …`);
        const end = loud.begin();
        try {
          beside.push(await quiet.work(seconds));
        } finally {
          progress(`neighbours: the other one got ${JSON.stringify(await end())}`);
        }
      }
      await quiet.stop();
      return { ...compared(alone, beside), ...(await longestStalls(platform)), ...(await memory(platform)) };
    } finally {
      await platform.stop();
    }
  } finally {
    await postgres.stop();
  }
};

/** p99 alone and beside, and whether beside is at most the larger of twice that and 100 ms more. */
function compared(alone: readonly Times[], beside: readonly Times[]): Figures {
  const figures: Figures = {};
  let kept = 0;
  const kinds = ['reads', 'wakeUps', 'webhooks'] as const;
  for (const kind of kinds) {
    const [before, after] = [alone, beside].map((times) =>
      percentile(
        times.flatMap((each) => each[kind]),
        0.99,
      ),
    );
    const [one = Number.NaN, other = Number.NaN] = [before, after];
    const name = kind === 'wakeUps' ? 'wake_ups' : kind;
    figures[`${name}_p99_alone_ms`] = round(one);
    figures[`${name}_p99_beside_ms`] = round(other);
    if (other <= Math.max(2 * one, one + 100)) kept += 1;
  }
  return {
    ...figures,
    kept: `${kept} of ${kinds.length}`,
    failures_alone: sumOf(alone),
    failures_beside: sumOf(beside),
  };
}

function sumOf(times: readonly Times[]): number {
  return times.reduce((sum, { failures }) => sum + failures, 0);
}

async function longestStalls({ processes }: Platform): Promise<Figures> {
  const figures: Figures = {};
  for (const [name, child] of processes) figures[`${name}_stall_ms`] = round(await child.longestStallMs());
  return figures;
}

async function memory({ processes }: Platform): Promise<Figures> {
  const figures: Figures = {};
  for (const [name, child] of processes) figures[`${name}_peak_memory_mb`] = await child.peakMemoryMb();
  const beyond = Object.values(figures).filter((megabytes) => Number(megabytes) > podLimitMb).length;
  return { ...figures, beyond_pod_limit: beyond };
}
