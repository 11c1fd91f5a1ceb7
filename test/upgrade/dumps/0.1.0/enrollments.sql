SET statement_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

CREATE FUNCTION enrollments.keep_effects() RETURNS trigger
    LANGUAGE plpgsql
    AS $_$
      begin
        execute format('insert into %I.%I select ($1).* on conflict (enrollment_id, effect_key) do update set
            attempt = excluded.attempt, status = excluded.status, result = excluded.result,
            finished_at = excluded.finished_at, request = excluded.request',
          tg_table_schema, tg_argv[0]) using new;
        execute format('insert into %I.%I select * from %I.%I where enrollment_id = $1 on conflict do nothing',
          tg_table_schema, tg_argv[0], tg_table_schema, tg_table_name) using new.enrollment_id;
        return null;
      end $_$;

CREATE FUNCTION enrollments.keep_timeline() RETURNS trigger
    LANGUAGE plpgsql
    AS $_$
      begin
        execute format('insert into %I.%I select ($1).* on conflict (enrollment_id, sequence) do update set
            message = excluded.message, error = excluded.error, output = excluded.output,
            following = excluded.following',
          tg_table_schema, tg_argv[0]) using new;
        execute format('insert into %I.%I select * from %I.%I where enrollment_id = $1 on conflict do nothing',
          tg_table_schema, tg_argv[0], tg_table_schema, tg_table_name) using new.enrollment_id;
        return null;
      end $_$;

SET default_tablespace = '';

CREATE TABLE enrollments.counters (
    workflow_id bigint NOT NULL,
    version integer NOT NULL,
    step_id text NOT NULL,
    mode text NOT NULL,
    active bigint DEFAULT 0 NOT NULL,
    paused bigint DEFAULT 0 NOT NULL,
    completed bigint DEFAULT 0 NOT NULL,
    failed bigint DEFAULT 0 NOT NULL,
    cancelled bigint DEFAULT 0 NOT NULL
)
WITH (fillfactor='50', autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='1000');

CREATE TABLE enrollments.deliveries (
    id bigint NOT NULL,
    organization_id bigint NOT NULL,
    workflow_id bigint NOT NULL,
    enrollment_id bigint NOT NULL,
    queued_at timestamp with time zone NOT NULL,
    sent_at timestamp with time zone,
    opened_at timestamp with time zone,
    clicked_at timestamp with time zone,
    attempts integer DEFAULT 0 NOT NULL,
    status text NOT NULL,
    channel text NOT NULL,
    integration_id text NOT NULL,
    receiver text NOT NULL,
    subject text NOT NULL,
    effect_key text NOT NULL,
    step_id text NOT NULL,
    message_id text NOT NULL,
    provider_message_id text,
    error text
);

ALTER TABLE enrollments.deliveries ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME enrollments.deliveries_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE enrollments.effects (
    enrollment_id bigint NOT NULL,
    workflow_id bigint NOT NULL,
    organization_id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    step_index integer NOT NULL,
    attempt integer NOT NULL,
    effect_key text NOT NULL,
    step_id text NOT NULL,
    kind text NOT NULL,
    status text DEFAULT 'pending'::text NOT NULL,
    request json NOT NULL,
    result json,
    CONSTRAINT effects_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'succeeded'::text, 'skipped'::text, 'failed'::text])))
)
PARTITION BY RANGE (enrollment_id);

CREATE TABLE enrollments.effects_default (
    enrollment_id bigint NOT NULL,
    workflow_id bigint NOT NULL,
    organization_id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    step_index integer NOT NULL,
    attempt integer NOT NULL,
    effect_key text NOT NULL,
    step_id text NOT NULL,
    kind text NOT NULL,
    status text DEFAULT 'pending'::text NOT NULL,
    request json NOT NULL,
    result json,
    CONSTRAINT effects_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'succeeded'::text, 'skipped'::text, 'failed'::text])))
);

CREATE TABLE enrollments.effects_p0 (
    enrollment_id bigint NOT NULL,
    workflow_id bigint NOT NULL,
    organization_id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    step_index integer NOT NULL,
    attempt integer NOT NULL,
    effect_key text NOT NULL,
    step_id text NOT NULL,
    kind text NOT NULL,
    status text DEFAULT 'pending'::text NOT NULL,
    request json NOT NULL,
    result json,
    CONSTRAINT effects_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'succeeded'::text, 'skipped'::text, 'failed'::text])))
);

CREATE TABLE enrollments.effects_p1 (
    enrollment_id bigint NOT NULL,
    workflow_id bigint NOT NULL,
    organization_id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    step_index integer NOT NULL,
    attempt integer NOT NULL,
    effect_key text NOT NULL,
    step_id text NOT NULL,
    kind text NOT NULL,
    status text DEFAULT 'pending'::text NOT NULL,
    request json NOT NULL,
    result json,
    CONSTRAINT effects_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'succeeded'::text, 'skipped'::text, 'failed'::text])))
);

CREATE TABLE enrollments.effects_p2 (
    enrollment_id bigint NOT NULL,
    workflow_id bigint NOT NULL,
    organization_id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    step_index integer NOT NULL,
    attempt integer NOT NULL,
    effect_key text NOT NULL,
    step_id text NOT NULL,
    kind text NOT NULL,
    status text DEFAULT 'pending'::text NOT NULL,
    request json NOT NULL,
    result json,
    CONSTRAINT effects_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'succeeded'::text, 'skipped'::text, 'failed'::text])))
);

CREATE SEQUENCE enrollments.enrollment_changes_seq
    START WITH 1
    INCREMENT BY 16
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE enrollments.enrollment_search (
    workflow_id bigint NOT NULL,
    block bigint NOT NULL,
    text text NOT NULL
);
ALTER TABLE ONLY enrollments.enrollment_search ALTER COLUMN text SET STATISTICS 1000;

CREATE TABLE enrollments.enrollments (
    workflow_id bigint NOT NULL,
    id bigint NOT NULL,
    organization_id bigint NOT NULL,
    agent_id bigint,
    created_at timestamp with time zone NOT NULL,
    erased_at timestamp with time zone,
    key uuid NOT NULL,
    version integer NOT NULL,
    hops integer DEFAULT 0 NOT NULL,
    mode text NOT NULL,
    timezone text NOT NULL,
    lead_ref text,
    email text,
    first_name text,
    last_name text,
    contact json NOT NULL,
    CONSTRAINT enrollments_mode_check CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text])))
);

CREATE SEQUENCE enrollments.enrollments_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE enrollments.erased_records (
    organization_id bigint NOT NULL,
    record_id uuid NOT NULL,
    erased_at timestamp with time zone NOT NULL
);

CREATE TABLE enrollments.event_triggers (
    workflow_id bigint NOT NULL,
    organization_id bigint NOT NULL,
    event_name text NOT NULL
);

CREATE TABLE enrollments.idempotency_keys (
    organization_id bigint NOT NULL,
    rpc text NOT NULL,
    key text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    fingerprint bytea NOT NULL,
    response bytea,
    response_headers json,
    sealed boolean DEFAULT false NOT NULL,
    effect_key text,
    locked_until timestamp with time zone,
    fence integer DEFAULT 0 NOT NULL
)
PARTITION BY RANGE (created_at);

CREATE TABLE enrollments.idempotency_keys_default (
    organization_id bigint NOT NULL,
    rpc text NOT NULL,
    key text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    fingerprint bytea NOT NULL,
    response bytea,
    response_headers json,
    sealed boolean DEFAULT false NOT NULL,
    effect_key text,
    locked_until timestamp with time zone,
    fence integer DEFAULT 0 NOT NULL
);

CREATE TABLE enrollments.idempotency_keys_p20261126 (
    organization_id bigint NOT NULL,
    rpc text NOT NULL,
    key text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    fingerprint bytea NOT NULL,
    response bytea,
    response_headers json,
    sealed boolean DEFAULT false NOT NULL,
    effect_key text,
    locked_until timestamp with time zone,
    fence integer DEFAULT 0 NOT NULL
);

CREATE TABLE enrollments.idempotency_keys_p20261127 (
    organization_id bigint NOT NULL,
    rpc text NOT NULL,
    key text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    fingerprint bytea NOT NULL,
    response bytea,
    response_headers json,
    sealed boolean DEFAULT false NOT NULL,
    effect_key text,
    locked_until timestamp with time zone,
    fence integer DEFAULT 0 NOT NULL
);

CREATE TABLE enrollments.idempotency_keys_p20261128 (
    organization_id bigint NOT NULL,
    rpc text NOT NULL,
    key text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    fingerprint bytea NOT NULL,
    response bytea,
    response_headers json,
    sealed boolean DEFAULT false NOT NULL,
    effect_key text,
    locked_until timestamp with time zone,
    fence integer DEFAULT 0 NOT NULL
);

CREATE TABLE enrollments.idempotency_keys_p20261129 (
    organization_id bigint NOT NULL,
    rpc text NOT NULL,
    key text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    fingerprint bytea NOT NULL,
    response bytea,
    response_headers json,
    sealed boolean DEFAULT false NOT NULL,
    effect_key text,
    locked_until timestamp with time zone,
    fence integer DEFAULT 0 NOT NULL
);

CREATE TABLE enrollments.inbox (
    consumer_group text NOT NULL,
    event_id text NOT NULL COLLATE pg_catalog."C"
);

CREATE TABLE enrollments.jobs (
    id bigint NOT NULL,
    organization_id bigint NOT NULL,
    kind text NOT NULL,
    input json NOT NULL,
    status text DEFAULT 'queued'::text NOT NULL,
    cursor json,
    processed bigint DEFAULT 0 NOT NULL,
    total bigint DEFAULT 0 NOT NULL,
    failures integer DEFAULT 0 NOT NULL,
    error text,
    fence bigint DEFAULT 0 NOT NULL,
    wake_at timestamp with time zone DEFAULT now() NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    finished_at timestamp with time zone,
    CONSTRAINT jobs_status_check CHECK ((status = ANY (ARRAY['queued'::text, 'running'::text, 'completed'::text, 'failed'::text, 'cancelled'::text])))
);

ALTER TABLE enrollments.jobs ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME enrollments.jobs_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE enrollments.kysely_migration (
    name character varying(255) NOT NULL,
    "timestamp" character varying(255) NOT NULL
);

CREATE TABLE enrollments.kysely_migration_lock (
    id character varying(255) NOT NULL,
    is_locked integer DEFAULT 0 NOT NULL
);

CREATE TABLE enrollments.lanes (
    workflow_id bigint NOT NULL,
    organization_id bigint NOT NULL,
    sequence bigint NOT NULL,
    version integer NOT NULL,
    state text NOT NULL,
    running boolean GENERATED ALWAYS AS ((state <> ALL (ARRAY['paused'::text, 'deleted'::text]))) STORED NOT NULL,
    catching_up boolean DEFAULT false NOT NULL,
    draining boolean DEFAULT false NOT NULL,
    wake_at timestamp with time zone,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    name text NOT NULL,
    CONSTRAINT lanes_state_check CHECK ((state = ANY (ARRAY['draft'::text, 'active'::text, 'paused'::text, 'archived'::text, 'deleted'::text])))
)
WITH (fillfactor='70', autovacuum_vacuum_scale_factor='0.02');

CREATE TABLE enrollments.outbox (
    id bigint NOT NULL,
    topic text NOT NULL,
    events integer NOT NULL,
    frame bytea NOT NULL,
    traceparent text,
    created_at timestamp with time zone DEFAULT now() NOT NULL
)
WITH (autovacuum_vacuum_threshold='1000', autovacuum_vacuum_scale_factor='0');
ALTER TABLE ONLY enrollments.outbox ALTER COLUMN frame SET STORAGE EXTERNAL;

ALTER TABLE enrollments.outbox ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME enrollments.outbox_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE enrollments.outbox_lease (
    id boolean DEFAULT true NOT NULL,
    holder uuid,
    locked_until timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    CONSTRAINT outbox_lease_id_check CHECK (id)
);

CREATE TABLE enrollments.outcomes (
    workflow_id bigint NOT NULL,
    enrollment_id bigint NOT NULL,
    organization_id bigint NOT NULL,
    ended_at timestamp with time zone NOT NULL,
    version integer NOT NULL,
    step_index integer NOT NULL,
    lines integer NOT NULL,
    error_line integer,
    mode text NOT NULL,
    status text NOT NULL,
    CONSTRAINT outcomes_status_check CHECK ((status = ANY (ARRAY['completed'::text, 'failed'::text, 'cancelled'::text])))
);

CREATE TABLE enrollments.removals (
    organization_id bigint NOT NULL,
    enrollment_id bigint NOT NULL,
    workflow_id bigint NOT NULL,
    removed_at timestamp with time zone NOT NULL,
    status text NOT NULL,
    actor_type text NOT NULL,
    actor_id text NOT NULL
);

CREATE TABLE enrollments.run_data (
    enrollment_id bigint NOT NULL,
    data json NOT NULL,
    state json
);

CREATE TABLE enrollments.runs (
    workflow_id bigint NOT NULL,
    enrollment_id bigint NOT NULL,
    organization_id bigint NOT NULL,
    next_run_at timestamp with time zone,
    wake_at timestamp with time zone,
    lease_until timestamp with time zone,
    updated_at timestamp with time zone NOT NULL,
    fence integer DEFAULT 0 NOT NULL,
    version integer NOT NULL,
    step_index integer DEFAULT 0 NOT NULL,
    attempt integer DEFAULT 0 NOT NULL,
    lines integer DEFAULT 0 NOT NULL,
    error_line integer,
    mode text NOT NULL,
    status text DEFAULT 'active'::text NOT NULL,
    phase text DEFAULT 'ready'::text NOT NULL,
    visits json,
    CONSTRAINT runs_phase_check CHECK ((phase = ANY (ARRAY['ready'::text, 'waiting'::text, 'effect'::text]))),
    CONSTRAINT runs_status_check CHECK ((status = ANY (ARRAY['active'::text, 'paused'::text])))
)
WITH (fillfactor='80', autovacuum_vacuum_scale_factor='0.02');

CREATE TABLE enrollments.schedules (
    workflow_id bigint NOT NULL,
    organization_id bigint NOT NULL,
    next_tick_at timestamp with time zone NOT NULL,
    frequency text NOT NULL,
    timezone text NOT NULL
);

CREATE TABLE enrollments.timeline (
    enrollment_id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    duration_ms double precision,
    sequence integer NOT NULL,
    step_index integer NOT NULL,
    attempt integer NOT NULL,
    status text NOT NULL,
    message text NOT NULL,
    error text,
    output json,
    following json
)
PARTITION BY RANGE (enrollment_id);

CREATE TABLE enrollments.timeline_default (
    enrollment_id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    duration_ms double precision,
    sequence integer NOT NULL,
    step_index integer NOT NULL,
    attempt integer NOT NULL,
    status text NOT NULL,
    message text NOT NULL,
    error text,
    output json,
    following json
);

CREATE VIEW enrollments.timeline_lines AS
 SELECT timeline.enrollment_id,
    timeline.sequence,
    timeline.at,
    timeline.duration_ms,
    timeline.step_index,
    timeline.attempt,
    timeline.status,
    timeline.message,
    timeline.error,
    timeline.output
   FROM enrollments.timeline
UNION ALL
 SELECT timeline.enrollment_id,
    (timeline.sequence + (line.place)::integer) AS sequence,
    timeline.at,
    NULL::double precision AS duration_ms,
    line.step_index,
    line.attempt,
    line.status,
    line.message,
    line.error,
    line.output
   FROM (enrollments.timeline
     CROSS JOIN LATERAL ROWS FROM(json_to_recordset(timeline.following) AS (step_index integer, attempt integer, status text, message text, error text, output json)) WITH ORDINALITY line(step_index, attempt, status, message, error, output, place));

CREATE TABLE enrollments.timeline_p0 (
    enrollment_id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    duration_ms double precision,
    sequence integer NOT NULL,
    step_index integer NOT NULL,
    attempt integer NOT NULL,
    status text NOT NULL,
    message text NOT NULL,
    error text,
    output json,
    following json
);

CREATE TABLE enrollments.timeline_p1 (
    enrollment_id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    duration_ms double precision,
    sequence integer NOT NULL,
    step_index integer NOT NULL,
    attempt integer NOT NULL,
    status text NOT NULL,
    message text NOT NULL,
    error text,
    output json,
    following json
);

CREATE TABLE enrollments.timeline_p2 (
    enrollment_id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    duration_ms double precision,
    sequence integer NOT NULL,
    step_index integer NOT NULL,
    attempt integer NOT NULL,
    status text NOT NULL,
    message text NOT NULL,
    error text,
    output json,
    following json
);

CREATE TABLE enrollments.workflow_versions (
    workflow_id bigint NOT NULL,
    version integer NOT NULL,
    steps json NOT NULL
);

ALTER TABLE ONLY enrollments.effects ATTACH PARTITION enrollments.effects_default DEFAULT;

ALTER TABLE ONLY enrollments.effects ATTACH PARTITION enrollments.effects_p0 FOR VALUES FROM ('0') TO ('1000000');

ALTER TABLE ONLY enrollments.effects ATTACH PARTITION enrollments.effects_p1 FOR VALUES FROM ('1000000') TO ('2000000');

ALTER TABLE ONLY enrollments.effects ATTACH PARTITION enrollments.effects_p2 FOR VALUES FROM ('2000000') TO ('3000000');

ALTER TABLE ONLY enrollments.idempotency_keys ATTACH PARTITION enrollments.idempotency_keys_default DEFAULT;

ALTER TABLE ONLY enrollments.idempotency_keys ATTACH PARTITION enrollments.idempotency_keys_p20261126 FOR VALUES FROM ('2026-11-26 00:00:00+00') TO ('2026-11-27 00:00:00+00');

ALTER TABLE ONLY enrollments.idempotency_keys ATTACH PARTITION enrollments.idempotency_keys_p20261127 FOR VALUES FROM ('2026-11-27 00:00:00+00') TO ('2026-11-28 00:00:00+00');

ALTER TABLE ONLY enrollments.idempotency_keys ATTACH PARTITION enrollments.idempotency_keys_p20261128 FOR VALUES FROM ('2026-11-28 00:00:00+00') TO ('2026-11-29 00:00:00+00');

ALTER TABLE ONLY enrollments.idempotency_keys ATTACH PARTITION enrollments.idempotency_keys_p20261129 FOR VALUES FROM ('2026-11-29 00:00:00+00') TO ('2026-11-30 00:00:00+00');

ALTER TABLE ONLY enrollments.timeline ATTACH PARTITION enrollments.timeline_default DEFAULT;

ALTER TABLE ONLY enrollments.timeline ATTACH PARTITION enrollments.timeline_p0 FOR VALUES FROM ('0') TO ('1000000');

ALTER TABLE ONLY enrollments.timeline ATTACH PARTITION enrollments.timeline_p1 FOR VALUES FROM ('1000000') TO ('2000000');

ALTER TABLE ONLY enrollments.timeline ATTACH PARTITION enrollments.timeline_p2 FOR VALUES FROM ('2000000') TO ('3000000');

INSERT INTO enrollments.counters VALUES
	(1, 1, 'step_96fd4875390e', 'live', 0, 0, 1, 0, 0);

INSERT INTO enrollments.enrollment_search VALUES
	(1, 0, '
ada@example.com
ada');

INSERT INTO enrollments.enrollments VALUES
	(1, 1, 1, NULL, '2026-11-26 18:34:53.664+00', NULL, '01a21923-9b67-71e2-81ca-ce2eb5402b00', 1, 0, 'live', 'UTC', 'crm-1', 'ada@example.com', 'Ada', NULL, '{"email":"ada@example.com","first_name":"Ada","lead_ref":"crm-1"}');

INSERT INTO enrollments.kysely_migration VALUES
	('2026-11-26-0300-baseline', '2026-11-26T18:34:49.781Z');

INSERT INTO enrollments.kysely_migration_lock VALUES
	('migration_lock', 0);

INSERT INTO enrollments.lanes VALUES
	(1, 1, 1, 1, 'active', DEFAULT, false, false, NULL, '2026-11-26 18:34:53.434214+00', 'Kept by an upgrade');

INSERT INTO enrollments.outbox_lease VALUES
	(true, 'af8ac43d-9fc5-48c1-83c7-35aa85eb97f3', '2026-11-26 18:34:53.924334+00');

INSERT INTO enrollments.outcomes VALUES
	(1, 1, 1, '2026-11-26 18:34:53.664+00', 1, 1, 2, NULL, 'live', 'completed');

INSERT INTO enrollments.timeline_p0 VALUES
	(1, '2026-11-26 18:34:53.664+00', NULL, 1, 0, 1, 'succeeded', 'Started', NULL, NULL, '[{"step_index":1,"attempt":1,"status":"succeeded","message":"Hello Ada"}]');

INSERT INTO enrollments.workflow_versions VALUES
	(1, 1, '[{"id":"step_00f52538a5fb","type":"trigger","name":"Start","position":0,"config":{}},{"id":"step_96fd4875390e","type":"log","name":"Note","position":1,"config":{"message":"Hello {{ first_name }}","level":"info"}}]');

SELECT pg_catalog.setval('enrollments.deliveries_id_seq', 1, false);

SELECT pg_catalog.setval('enrollments.enrollment_changes_seq', 1, true);

SELECT pg_catalog.setval('enrollments.enrollments_id_seq', 1, true);

SELECT pg_catalog.setval('enrollments.jobs_id_seq', 1, false);

SELECT pg_catalog.setval('enrollments.outbox_id_seq', 2, true);

ALTER TABLE ONLY enrollments.counters
    ADD CONSTRAINT counters_pkey PRIMARY KEY (workflow_id, version, step_id, mode);

ALTER TABLE ONLY enrollments.deliveries
    ADD CONSTRAINT deliveries_enrollment_id_effect_key_key UNIQUE (enrollment_id, effect_key);

ALTER TABLE ONLY enrollments.deliveries
    ADD CONSTRAINT deliveries_pkey PRIMARY KEY (id);

ALTER TABLE ONLY enrollments.effects
    ADD CONSTRAINT effects_pkey PRIMARY KEY (enrollment_id, effect_key);

ALTER TABLE ONLY enrollments.effects_default
    ADD CONSTRAINT effects_default_pkey PRIMARY KEY (enrollment_id, effect_key);

ALTER TABLE ONLY enrollments.effects_p0
    ADD CONSTRAINT effects_p0_pkey PRIMARY KEY (enrollment_id, effect_key);

ALTER TABLE ONLY enrollments.effects_p1
    ADD CONSTRAINT effects_p1_pkey PRIMARY KEY (enrollment_id, effect_key);

ALTER TABLE ONLY enrollments.effects_p2
    ADD CONSTRAINT effects_p2_pkey PRIMARY KEY (enrollment_id, effect_key);

ALTER TABLE ONLY enrollments.enrollments
    ADD CONSTRAINT enrollments_pkey PRIMARY KEY (workflow_id, id);

ALTER TABLE ONLY enrollments.erased_records
    ADD CONSTRAINT erased_records_pkey PRIMARY KEY (organization_id, record_id);

ALTER TABLE ONLY enrollments.event_triggers
    ADD CONSTRAINT event_triggers_pkey PRIMARY KEY (workflow_id);

ALTER TABLE ONLY enrollments.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY enrollments.idempotency_keys_default
    ADD CONSTRAINT idempotency_keys_default_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY enrollments.idempotency_keys_p20261126
    ADD CONSTRAINT idempotency_keys_p20261126_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY enrollments.idempotency_keys_p20261127
    ADD CONSTRAINT idempotency_keys_p20261127_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY enrollments.idempotency_keys_p20261128
    ADD CONSTRAINT idempotency_keys_p20261128_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY enrollments.idempotency_keys_p20261129
    ADD CONSTRAINT idempotency_keys_p20261129_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY enrollments.inbox
    ADD CONSTRAINT inbox_pkey PRIMARY KEY (consumer_group, event_id);

ALTER TABLE ONLY enrollments.jobs
    ADD CONSTRAINT jobs_pkey PRIMARY KEY (id);

ALTER TABLE ONLY enrollments.kysely_migration_lock
    ADD CONSTRAINT kysely_migration_lock_pkey PRIMARY KEY (id);

ALTER TABLE ONLY enrollments.kysely_migration
    ADD CONSTRAINT kysely_migration_pkey PRIMARY KEY (name);

ALTER TABLE ONLY enrollments.lanes
    ADD CONSTRAINT lanes_pkey PRIMARY KEY (workflow_id);

ALTER TABLE ONLY enrollments.outbox_lease
    ADD CONSTRAINT outbox_lease_pkey PRIMARY KEY (id);

ALTER TABLE ONLY enrollments.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (id);

ALTER TABLE ONLY enrollments.outcomes
    ADD CONSTRAINT outcomes_pkey PRIMARY KEY (workflow_id, enrollment_id);

ALTER TABLE ONLY enrollments.removals
    ADD CONSTRAINT removals_pkey PRIMARY KEY (organization_id, enrollment_id);

ALTER TABLE ONLY enrollments.run_data
    ADD CONSTRAINT run_data_pkey PRIMARY KEY (enrollment_id);

ALTER TABLE ONLY enrollments.runs
    ADD CONSTRAINT runs_pkey PRIMARY KEY (workflow_id, enrollment_id);

ALTER TABLE ONLY enrollments.schedules
    ADD CONSTRAINT schedules_pkey PRIMARY KEY (workflow_id);

ALTER TABLE ONLY enrollments.timeline
    ADD CONSTRAINT timeline_pkey PRIMARY KEY (enrollment_id, sequence);

ALTER TABLE ONLY enrollments.timeline_default
    ADD CONSTRAINT timeline_default_pkey PRIMARY KEY (enrollment_id, sequence);

ALTER TABLE ONLY enrollments.timeline_p0
    ADD CONSTRAINT timeline_p0_pkey PRIMARY KEY (enrollment_id, sequence);

ALTER TABLE ONLY enrollments.timeline_p1
    ADD CONSTRAINT timeline_p1_pkey PRIMARY KEY (enrollment_id, sequence);

ALTER TABLE ONLY enrollments.timeline_p2
    ADD CONSTRAINT timeline_p2_pkey PRIMARY KEY (enrollment_id, sequence);

ALTER TABLE ONLY enrollments.workflow_versions
    ADD CONSTRAINT workflow_versions_pkey PRIMARY KEY (workflow_id, version);

CREATE INDEX enrollment_search_block_idx ON enrollments.enrollment_search USING btree (workflow_id, block);

CREATE INDEX enrollment_search_text_idx ON enrollments.enrollment_search USING gin (workflow_id, text public.gin_trgm_ops);

CREATE INDEX enrollments_block_idx ON enrollments.enrollments USING btree (workflow_id, ((id >> 3)));

CREATE INDEX enrollments_lead_ref_idx ON enrollments.enrollments USING btree (workflow_id, "left"(lead_ref, 64), id) WHERE (lead_ref IS NOT NULL);

CREATE INDEX enrollments_test_idx ON enrollments.enrollments USING btree (workflow_id, id) WHERE (mode = 'test'::text);

CREATE INDEX event_triggers_organization_id_event_name_idx ON enrollments.event_triggers USING btree (organization_id, event_name, workflow_id);

CREATE INDEX jobs_kind_wake_at_idx ON enrollments.jobs USING btree (kind, wake_at) WHERE (status = ANY (ARRAY['queued'::text, 'running'::text]));

CREATE INDEX jobs_organization_id_kind_id_idx ON enrollments.jobs USING btree (organization_id, kind, id);

CREATE INDEX lanes_draining_idx ON enrollments.lanes USING btree (workflow_id) WHERE draining;

CREATE INDEX lanes_organization_id_workflow_id_idx ON enrollments.lanes USING btree (organization_id, workflow_id);

CREATE INDEX lanes_wake_at_idx ON enrollments.lanes USING btree (wake_at) INCLUDE (organization_id, workflow_id) WHERE (running AND (wake_at IS NOT NULL));

CREATE INDEX outcomes_enrollment_id_idx ON enrollments.outcomes USING brin (enrollment_id int8_minmax_multi_ops) WITH (pages_per_range='32', autosummarize='on');

CREATE INDEX outcomes_status_idx ON enrollments.outcomes USING btree (workflow_id, status, enrollment_id);

CREATE INDEX outcomes_step_index_idx ON enrollments.outcomes USING btree (workflow_id, step_index, status, enrollment_id);

CREATE INDEX outcomes_test_status_idx ON enrollments.outcomes USING btree (workflow_id, status, enrollment_id) WHERE (mode = 'test'::text);

CREATE INDEX outcomes_test_step_index_idx ON enrollments.outcomes USING btree (workflow_id, step_index, status, enrollment_id) WHERE (mode = 'test'::text);

CREATE INDEX runs_lease_until_idx ON enrollments.runs USING btree (workflow_id, lease_until) WHERE (lease_until IS NOT NULL);

CREATE INDEX runs_paused_idx ON enrollments.runs USING btree (workflow_id, enrollment_id) WHERE (status = 'paused'::text);

CREATE INDEX runs_paused_step_index_idx ON enrollments.runs USING btree (workflow_id, step_index, enrollment_id) WHERE (status = 'paused'::text);

CREATE INDEX runs_step_index_idx ON enrollments.runs USING btree (workflow_id, step_index, enrollment_id);

CREATE INDEX runs_test_idx ON enrollments.runs USING btree (workflow_id, step_index, enrollment_id) WHERE (mode = 'test'::text);

CREATE INDEX runs_test_status_idx ON enrollments.runs USING btree (workflow_id, status, enrollment_id) WHERE (mode = 'test'::text);

CREATE INDEX runs_wake_at_idx ON enrollments.runs USING btree (workflow_id, wake_at) WHERE (wake_at IS NOT NULL);

CREATE INDEX schedules_next_tick_at_idx ON enrollments.schedules USING btree (next_tick_at);

ALTER INDEX enrollments.effects_pkey ATTACH PARTITION enrollments.effects_default_pkey;

ALTER INDEX enrollments.effects_pkey ATTACH PARTITION enrollments.effects_p0_pkey;

ALTER INDEX enrollments.effects_pkey ATTACH PARTITION enrollments.effects_p1_pkey;

ALTER INDEX enrollments.effects_pkey ATTACH PARTITION enrollments.effects_p2_pkey;

ALTER INDEX enrollments.idempotency_keys_pkey ATTACH PARTITION enrollments.idempotency_keys_default_pkey;

ALTER INDEX enrollments.idempotency_keys_pkey ATTACH PARTITION enrollments.idempotency_keys_p20261126_pkey;

ALTER INDEX enrollments.idempotency_keys_pkey ATTACH PARTITION enrollments.idempotency_keys_p20261127_pkey;

ALTER INDEX enrollments.idempotency_keys_pkey ATTACH PARTITION enrollments.idempotency_keys_p20261128_pkey;

ALTER INDEX enrollments.idempotency_keys_pkey ATTACH PARTITION enrollments.idempotency_keys_p20261129_pkey;

ALTER INDEX enrollments.timeline_pkey ATTACH PARTITION enrollments.timeline_default_pkey;

ALTER INDEX enrollments.timeline_pkey ATTACH PARTITION enrollments.timeline_p0_pkey;

ALTER INDEX enrollments.timeline_pkey ATTACH PARTITION enrollments.timeline_p1_pkey;

ALTER INDEX enrollments.timeline_pkey ATTACH PARTITION enrollments.timeline_p2_pkey;

CREATE STATISTICS enrollments.outcomes_place (mcv) ON workflow_id, step_index, status FROM enrollments.outcomes;
