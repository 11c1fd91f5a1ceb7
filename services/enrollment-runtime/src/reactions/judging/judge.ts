import { BlockList, isIP } from 'node:net';
import { knownAgents, knownNetworks, proxyAgents } from './known-clients.ts';
import type { Verdict } from './verdict.ts';

/** A request for the pixel or a link, as stored. */
export type RawHit = {
  id: bigint;
  at: Date;
  kind: 'open' | 'click';
  method: string;
  url: string;
  userAgent: string;
  address: string;
  prefetch: string;
};

export type Judgement = { verdict: Verdict; reasons: string[] };

/** Version of these rules. Increase it when verdicts change, so that `npm run reclassify` judges earlier hits again. */
export const rulesVersion = 1;

/**
 * Time after sending in which a hit comes from a scanner: scanners of mail servers request links immediately, but a
 * person first has to get, see and open the mail.
 */
const afterSendMs = 5_000;
/** No person follows this many different links in this period. */
const tooFast = [
  { links: 2, ms: 1_500 },
  { links: 3, ms: 5_000 },
];
const besideMs = 5_000;
/** Age of a hit, in milliseconds, from which it can be judged, because no later hit changes its verdict. */
export const settledMs: number = besideMs + 5_000;

/**
 * Judges the hits of one mail, which are in the order of their times. A hit that shows no sign of a program counts as a
 * person's hit. The function is pure: equal hits have equal verdicts, at any time and in any process.
 */
export function judgeHits(mail: { sentAt: Date | null }, hits: readonly RawHit[]): Judgement[] {
  const bursts = clicksInBursts(hits);
  return hits.map((hit) => judge(mail, hit, { hits, bursts }));
}

function judge(
  { sentAt }: { sentAt: Date | null },
  hit: RawHit,
  among: { hits: readonly RawHit[]; bursts: ReadonlySet<RawHit> },
): Judgement {
  const signs = [...ofRequest(hit), ...ofClient(hit), ...ofTime(hit, sentAt), ...ofBurst(hit, among)];
  const verdict = (['scanner', 'privacy_proxy', 'unknown'] as const).find((one) =>
    signs.some((sign) => sign.verdict === one),
  );
  return { verdict: verdict ?? 'human', reasons: signs.map(({ reason }) => reason) };
}

type Sign = { verdict: Exclude<Verdict, 'human'>; reason: string };

function ofRequest({ method, prefetch }: RawHit): Sign[] {
  const signs: Sign[] = [];
  if (method === 'HEAD') signs.push({ verdict: 'scanner', reason: 'method: HEAD' });
  if (prefetch !== '') signs.push({ verdict: 'scanner', reason: `prefetch: ${prefetch}` });
  return signs;
}

function ofClient({ userAgent, address }: RawHit): Sign[] {
  const agent = userAgent.toLowerCase().trim();
  if (agent === '') return [{ verdict: 'unknown', reason: 'agent: none' }];
  const signs: Sign[] = [];
  const proxy = proxyAgents.get(agent);
  if (proxy !== undefined) signs.push({ verdict: 'privacy_proxy', reason: `agent: ${proxy}` });
  for (const { part, verdict, name } of knownAgents) {
    if (verdict !== 'human' && agent.includes(part)) signs.push({ verdict, reason: `agent: ${name}` });
  }
  for (const { list, verdict, name } of networks) {
    if (verdict !== 'human' && contains(list, address)) signs.push({ verdict, reason: `network: ${name}` });
  }
  return signs;
}

function ofTime({ at }: RawHit, sentAt: Date | null): Sign[] {
  if (sentAt === null) return [{ verdict: 'unknown', reason: 'time: not sent' }];
  return at.getTime() - sentAt.getTime() < afterSendMs
    ? [{ verdict: 'scanner', reason: 'time: right after the send' }]
    : [];
}

/**
 * Returns the sign of a burst for a click that belongs to a burst, and for any hit of the same client shortly before or
 * after such a click.
 */
function ofBurst(hit: RawHit, { hits, bursts }: { hits: readonly RawHit[]; bursts: ReadonlySet<RawHit> }): Sign[] {
  if (bursts.has(hit)) return [{ verdict: 'scanner', reason: 'burst: links that nobody follows so fast' }];
  const isBeside = hits.some(
    (other) => bursts.has(other) && isSameClient(hit, other) && Math.abs(distance(hit, other)) < besideMs,
  );
  return isBeside ? [{ verdict: 'scanner', reason: 'burst: the client of such clicks' }] : [];
}

/** Returns the clicks that belong to too many different links in too short a period. */
function clicksInBursts(hits: readonly RawHit[]): Set<RawHit> {
  const clicks = hits.filter(({ kind }) => kind === 'click');
  const bursts = new Set<RawHit>();
  for (const index of clicks.keys()) {
    for (const { links, ms } of tooFast) {
      const near = within(clicks, index, ms);
      if (new Set(near.map(({ url }) => url)).size >= links) for (const click of near) bursts.add(click);
    }
  }
  return bursts;
}

/** Returns the clicks from `index` on, up to `ms` later. */
function within(clicks: readonly RawHit[], index: number, ms: number): RawHit[] {
  const near: RawHit[] = [];
  const first = clicks[index];
  for (let next = index; first !== undefined && next < clicks.length; next += 1) {
    const click = clicks[next];
    if (click === undefined || distance(click, first) > ms) break;
    near.push(click);
  }
  return near;
}

function distance(a: RawHit, b: RawHit): number {
  return a.at.getTime() - b.at.getTime();
}

function isSameClient(a: RawHit, b: RawHit): boolean {
  return a.address === b.address && a.userAgent === b.userAgent;
}

const networks = knownNetworks.map(({ cidr, verdict, name }) => {
  const [network = '', prefix = ''] = cidr.split('/');
  const list = new BlockList();
  list.addSubnet(network, Number(prefix), isIP(network) === 6 ? 'ipv6' : 'ipv4');
  return { list, verdict, name };
});

function contains(list: BlockList, address: string): boolean {
  const version = isIP(address);
  return version !== 0 && list.check(address, version === 6 ? 'ipv6' : 'ipv4');
}
