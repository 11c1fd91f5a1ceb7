import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { chmod, cp, mkdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { topicOf } from '@drippulse/events';
import { type RunningPlatform, startLayout } from '@drippulse/harness';
import { type EmbeddedPostgres, freePort, startEmbeddedPostgres, startKafka } from '@drippulse/servers';
import { eventually, type ReceivedRequest, type Receiver, startReceiver } from '@drippulse/testing';
import { consumersOf, publishers, serviceNames, serviceOf, services } from '@drippulse/topology';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { type MailServer, startMailServer } from '../src/mail-server.ts';
import { watchConsumerGroups } from '../src/rollout/consumer-groups.ts';

const point = 'drill';
const patience = { timeoutMs: 180_000 };

/**
 * Time in milliseconds that each delivery of a webhook takes. It makes sure that some deliveries are under way at the
 * restore point.
 */
const hookMs = 300;
/**
 * Time before the restore point to which groups are set back. This time is before the backup, because the positions of
 * the groups at the restore point are unknown.
 */
const backMs = 600_000;
const eventTypes = ['enrollment.started', 'enrollment.completed'];

const topicsOf = new Map(publishers.map(({ name, events }) => [name, topicOf(events).name]));
/**
 * Consumer groups that must skip the events that were raised after the restore point. These events would bring back
 * rows that the restored schemas do not have.
 */
const groupsOfState = [serviceOf('workflows'), serviceOf('identity')].flatMap((publisher) =>
  consumersOf(publisher)
    .filter((name) => services[name].consumes !== 'all')
    .map((name) => `${name}.${topicsOf.get(publisher)}`),
);

const kafka = await startKafka();
afterAll(() => ('unavailable' in kafka ? undefined : kafka.stop()));

describe('with the log in PostgreSQL', () => drill(undefined));
if ('unavailable' in kafka) test.skip(`NOT RUN: ${kafka.unavailable}`, () => undefined);
else describe('with Kafka, whose groups are set back', () => drill(kafka.brokers));

function drill(brokers: string[] | undefined): void {
  let folder: string;
  let archive: string;
  let postgres: EmbeddedPostgres;
  let port: number;
  let receiver: Receiver;
  let hooks: Receiver;
  let mails: MailServer;
  let platform: RunningPlatform;
  let workflowId: number;
  /** A workflow that is changed after the restore point. */
  let changedId: number;
  let contacts = 0;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'drippulse-restore-'));
    // PostgreSQL may run as another user.
    await chmod(folder, 0o755);
    archive = path.join(folder, 'archive');
    await mkdir(archive);
    await chmod(archive, 0o777);
    port = await freePort();
    [receiver, hooks, mails, postgres] = await Promise.all([
      startReceiver(),
      startReceiver(),
      startMailServer(),
      startEmbeddedPostgres({
        dataDir: path.join(folder, 'postgres'),
        port,
        settings: { wal_level: 'replica', archive_mode: 'on', archive_command: `cp %p ${archive}/%f` },
      }),
    ]);
    platform = await startLayout('start', {
      env: {
        DATABASE_URL: postgres.url,
        SMTP_URL: `smtp://127.0.0.1:${mails.port}`,
        ...(brokers && { KAFKA_BROKERS: brokers.join(',') }),
      },
    });
    hooks.answer({ delayMs: hookMs });
    for (const event_type of eventTypes) {
      expect((await platform.api.post('/api/v1/webhooks', { url: hooks.url, event_type })).status).toBe(201);
    }
    const payload = (step: string) => ({ email: '{{ email }}', step });
    const steps = [
      { type: 'trigger', name: 'Start' },
      { type: 'webhook_callback', name: 'First', config: { url: receiver.url, payload: payload('first') } },
      { type: 'email', name: 'Mail', config: { to: '{{ email }}', subject: 'Hello', body: 'Hello {{ email }}' } },
      { type: 'wait', name: 'Wait', config: { duration: 2, unit: 'seconds' } },
      { type: 'webhook_callback', name: 'Last', config: { url: receiver.url, payload: payload('last') } },
    ];
    workflowId = await createWorkflow('Drill', steps);
    changedId = await createWorkflow('Changed', [calling('before the point')]);
  });
  afterAll(async () => {
    await platform?.dispose();
    await postgres?.stop();
    await Promise.all([receiver?.stop(), hooks?.stop(), mails?.stop()]);
    rmSync(folder, { recursive: true, force: true });
  });

  test('a restore to a point repeats by its own key what was done after the point, and nothing that was recorded at it', async () => {
    const load = startLoad();
    await receiver.received(100, patience);
    await backUp();
    await receiver.received(receiver.requests.length + 100, patience);
    const pointAt = Date.now();
    await query(`select pg_create_restore_point('${point}')`);
    await change('after the point');
    await receiver.received(receiver.requests.length + 200, patience);
    await platform.kill();
    await load.stop();
    await archiveAll();
    const [doneBefore, mailedBefore, hookedBefore] = [
      receiver.requests.length,
      mails.mails.length,
      hooks.requests.length,
    ];
    await restore();
    if (brokers) await setBack(brokers, pointAt - backMs);

    const recorded = await query<{ effect_key: string }>(
      `select effect_key from enrollments.effects where finished_at is not null and kind = 'webhook_callback'`,
    );
    const enrolled = await query<{ id: string; email: string }>('select id, email from enrollments.enrollments');
    const delivered = await query<{ event_id: string }>(
      `select event_id from webhooks.deliveries where status = 'delivered'`,
    );
    await platform.restart();
    await eventually(async () => {
      const { body } = await platform.api.get(`/api/v1/workflows/${workflowId}/enrollments`);
      expect(body.step_funnel.totals).toMatchObject({ active: 0, failed: 0, completed: enrolled.length });
    }, patience);

    const callbacks = receiver.requests.map(callbackOf);
    const later = callbacks.slice(doneBefore);
    const keysBefore = new Set(callbacks.slice(0, doneBefore).map(({ key }) => key));
    const repeated = later.filter(({ key }) => keysBefore.has(key));
    process.stdout.write(
      `${doneBefore} callbacks before, ${recorded.length} of them recorded at the point, ${later.length} after it, ${repeated.length} of them again\n`,
    );
    // Some of the work was done after the restore point, so the restored database has no record of it.
    expect(repeated.length).toBeGreaterThan(0);
    expect(recorded.length).toBeGreaterThan(0);
    const keysAfter = new Set(later.map(({ key }) => key));
    expect(recorded.filter(({ effect_key: key }) => keysAfter.has(key))).toEqual([]);
    // All callbacks of one step of an enrollment have equal keys and equal content, before and after the restore.
    for (const all of Map.groupBy(callbacks, ({ place }) => place).values()) {
      expect(new Set(all.map(({ key }) => key)).size).toBe(1);
      expect(new Set(all.map(({ body }) => body)).size).toBe(1);
    }
    const places = new Set(callbacks.map(({ place }) => place));
    for (const { email } of enrolled) {
      expect(places).toContain(`${email} first`);
      expect(places).toContain(`${email} last`);
    }
    const idsBefore = new Set(mails.mails.slice(0, mailedBefore).map(messageIdOf));
    expect(
      mails.mails
        .slice(mailedBefore)
        .map(messageIdOf)
        .some((id) => idsBefore.has(id)),
    ).toBe(true);
    for (const all of Map.groupBy(mails.mails, ({ to }) => to).values()) {
      expect(new Set(all.map(messageIdOf)).size).toBe(1);
    }
    await everyHook(enrolled.map(({ id }) => Number(id)));
    expectHooks(hooks.requests.map(hookOf), hookedBefore, new Set(delivered.map(({ event_id: id }) => id)));
    // Enrollments that were made after the restore point are gone, but their effects outside of the platform remain.
    expect(contacts).toBeGreaterThan(enrolled.length);
    // The change that was made after the restore point is gone everywhere. The next change gets the version number of
    // the lost change, and its version runs.
    await change('after the restore');
    const path = `/api/v1/workflows/${changedId}/enrollments/bulk`;
    expect((await platform.api.post(path, { contacts: [{ email: 'changed@example.com' }] })).status).toBe(201);
    const called = () => receiver.requests.map((request) => callbackOf(request).place);
    await eventually(() => expect(called()).toContain('changed@example.com after the restore'), patience);
  }, 600_000);

  /** Waits until each enrollment in the restored database is reported as started and as completed. */
  async function everyHook(ids: readonly number[]): Promise<void> {
    const wanted = ids.flatMap((id) => eventTypes.map((type) => `${type} ${id}`));
    await eventually(() => {
      const reported = new Set(hooks.requests.map((request) => hookOf(request).place));
      expect(wanted.filter((place) => !reported.has(place))).toEqual([]);
    }, patience);
  }

  /**
   * Checks that a recorded delivery is not sent again, and that a delivery that is sent again has the same `webhook-id`
   * and the same bytes as before.
   */
  function expectHooks(all: readonly Hook[], countBefore: number, delivered: ReadonlySet<string>): void {
    const [before, later] = [all.slice(0, countBefore), all.slice(countBefore)];
    const idsBefore = new Set(before.map(({ id }) => id));
    const again = later.filter(({ id }) => idsBefore.has(id));
    process.stdout.write(
      `${before.length} webhooks before, ${delivered.size} of them recorded at the point, ${later.length} after it, ${again.length} of them again\n`,
    );
    expect(delivered.size).toBeGreaterThan(0);
    expect(again.length).toBeGreaterThan(0);
    expect(later.filter(({ id }) => delivered.has(id))).toEqual([]);
    for (const same of Map.groupBy(all, ({ id }) => id).values()) {
      expect(new Set(same.map(({ body }) => body)).size).toBe(1);
    }
  }

  /** Sets the positions of the platform's groups as docs/backup.md describes, once their members have left. */
  async function setBack(of: string[], timeMs: number): Promise<void> {
    const groups = await watchConsumerGroups(of);
    for (const groupId of await groups.list()) {
      const service = serviceNames.find((name) => groupId.startsWith(`${name}.`));
      if (service === undefined) continue;
      const topic = groupId.slice(service.length + 1);
      await eventually(
        () => groups.reset(groupId, topic, groupsOfState.includes(groupId) ? 'latest' : timeMs),
        patience,
      );
    }
    await groups.stop();
  }

  async function createWorkflow(name: string, steps: object[]): Promise<number> {
    const made = await platform.api.post('/api/v1/workflows', { name, status: 'active', steps });
    expect(made.status).toBe(201);
    return made.body.id;
  }

  function calling(step: string): object {
    const config = { url: receiver.url, payload: { email: '{{ email }}', step } };
    return { type: 'webhook_callback', name: 'Call', config };
  }

  async function change(step: string): Promise<void> {
    const changed = await platform.api.patch(`/api/v1/workflows/${changedId}`, { steps: [calling(step)] });
    expect(changed).toMatchObject({ status: 200, body: { version: 2 } });
  }

  /** Enrolls contacts, ten at a time, until it is stopped. */
  function startLoad(): { stop(): Promise<void> } {
    let isOver = false;
    const enrolling = (async () => {
      while (!isOver) {
        const given = Array.from({ length: 10 }, () => ({ email: `contact-${contacts++}@example.com` }));
        // The call fails when the platform is killed during it.
        await platform.api
          .post(`/api/v1/workflows/${workflowId}/enrollments/bulk`, { contacts: given })
          .catch(() => undefined);
      }
    })();
    return {
      async stop() {
        isOver = true;
        await enrolling;
      },
    };
  }

  async function query<Row extends object>(text: string): Promise<Row[]> {
    const client = new pg.Client({ connectionString: postgres.url });
    await client.connect();
    try {
      return (await client.query<Row>(text)).rows;
    } finally {
      await client.end();
    }
  }

  /**
   * Copies the folder while the server works, as pg_basebackup does (PostgreSQL's manual, "Making a Base Backup Using
   * the Low Level API").
   */
  async function backUp(): Promise<void> {
    const client = new pg.Client({ connectionString: postgres.url });
    await client.connect();
    await client.query(`select pg_backup_start('${point}', true)`);
    const [from, to] = [path.join(folder, 'postgres'), path.join(folder, 'backup')];
    await cp(from, to, {
      recursive: true,
      // A file that the server removes during the copy is not needed, because the replayed log covers the removal.
      filter: (file) => existsSync(file) && !/\/(?:postmaster\.(?:pid|opts)|pg_wal\/.+|server\.log.*)$/.test(file),
    });
    const { rows } = await client.query<{ labelfile: string }>('select labelfile from pg_backup_stop(true)');
    await writeFile(path.join(to, 'backup_label'), rows[0]?.labelfile ?? '');
    await client.end();
  }

  /** Waits until the archive contains the log up to now. */
  async function archiveAll(): Promise<void> {
    const [current] = await query<{ name: string }>('select pg_walfile_name(pg_current_wal_lsn()) as name');
    await query('select pg_switch_wal()');
    await eventually(() => existsSync(path.join(archive, current?.name ?? '')), patience);
  }

  /**
   * Replaces the data of the server with the backup, and lets the server replay the archive up to the restore point.
   */
  async function restore(): Promise<void> {
    await postgres.stop();
    const dataDir = path.join(folder, 'postgres');
    await rm(dataDir, { recursive: true });
    await cp(path.join(folder, 'backup'), dataDir, { recursive: true });
    await chmod(dataDir, 0o700);
    await mkdir(path.join(dataDir, 'pg_wal'), { recursive: true });
    await writeFile(path.join(dataDir, 'recovery.signal'), '');
    postgres = await startEmbeddedPostgres({
      dataDir,
      port,
      settings: {
        restore_command: `cp ${archive}/%f %p`,
        recovery_target_name: point,
        recovery_target_action: 'promote',
      },
    });
    await eventually(async () => {
      const [state] = await query<{ busy: boolean }>('select pg_is_in_recovery() as busy');
      expect(state?.busy).toBe(false);
    }, patience);
  }
}

/** Reads a received callback: its key, step and enrollment. */
function callbackOf({ headers, body }: ReceivedRequest): { key: string; place: string; body: string } {
  const { email, step }: { email: string; step: string } = JSON.parse(body.toString());
  return { key: headers['idempotency-key'] ?? '', place: `${email} ${step}`, body: body.toString() };
}

function messageIdOf({ text }: { text: string }): string {
  return /^Message-ID: (\S+)/im.exec(text)?.[1] ?? '';
}

type Hook = { id: string; place: string; body: string };

/** Reads a received webhook: its id, event and enrollment. */
function hookOf({ headers, body }: ReceivedRequest): Hook {
  const text = body.toString();
  const { type, data }: { type: string; data: { id: number } } = JSON.parse(text);
  return { id: headers['webhook-id'] ?? '', place: `${type} ${data.id}`, body: text };
}
