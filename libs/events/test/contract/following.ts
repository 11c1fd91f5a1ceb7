import { randomInt } from 'node:crypto';
import { Mode } from '@drippulse/proto/drippulse/rest/v1/mode_pb';
import { eventually } from '@drippulse/testing';
import { expect, test } from '@jest/globals';
import { followHints, startHints } from '../../src/index.ts';
import { log, outboxRows, sequences, uniqueTopic } from '../fixture.ts';
import type { Contract } from './contract.ts';

/** Tests followers and hints, which have no group. */
export function describeFollowing(at: Contract): void {
  test('every follower gets what is not older than it asks for, and then each message as it comes, in order', async () => {
    const topic = uniqueTopic();
    const { transport } = at;
    const follow = async (sinceMs: number) => {
      const read: string[] = [];
      const starts: number[] = [];
      const following = await transport.follow({
        topic: topic.name,
        sinceMs,
        onStart: (positions) => starts.push(positions.size),
        onMessage: ({ headers, offset }) => read.push(`${headers['ce_id']} ${offset}`),
      });
      await eventually(() => expect(starts).toHaveLength(1));
      return { read, following };
    };
    await at.publish(topic, sequences('probe:1', 1, 3));
    await eventually(async () => expect(await outboxRows(at.service)).toBe(0));
    const all = await follow(600_000);
    const fresh = await follow(0);
    const later = await at.publish(topic, sequences('probe:1', 4, 6));
    await eventually(() => expect(all.read).toHaveLength(6));
    await eventually(() => expect(fresh.read).toHaveLength(3));
    expect(fresh.read).toEqual(later.map((id, index) => `${id} ${index + 3}`));
    expect(all.read.slice(3)).toEqual(fresh.read);
    await Promise.all([all.following.stop(), fresh.following.stop()]);
  });

  test('hints of one topic are merged within a second, those of others are not, and a stop sends what waits', async () => {
    const { transport } = at;
    const organizationId = BigInt(randomInt(1_000_000_000));
    const messages: string[][] = [];
    let started = false;
    const following = await followHints({
      ...{ transport, log, sinceMs: 0 },
      onStart: () => {
        started = true;
      },
      onHints(hints) {
        const own = hints.filter((hint) => hint.organizationId === organizationId);
        if (own.length > 0) messages.push(own.map(({ topic, id, kind }) => `${topic} ${id} ${kind}`).sort());
      },
    });
    await eventually(() => started);
    const publisher = startHints({ transport, log, metrics: at.service.metrics });
    const note = (topic: string, id: string, kind: string) =>
      publisher.note({ organizationId, topic, id, kind, mode: Mode.LIVE });
    note('webhooks', '1', 'updated');
    note('webhooks', '1', 'updated');
    await eventually(() => expect(messages).toEqual([['webhooks 1 updated']]));
    for (const id of ['1', '2', '3']) note('webhooks', id, 'deleted');
    note('leads', '4', 'created');
    note('leads', '4', 'updated');
    await publisher.stop();
    const others = ['leads 4 changed', 'webhooks  deleted'];
    await eventually(() => expect(messages.slice(1).flat().sort()).toEqual(others));
    await following.stop();
  });
}
