SET statement_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

CREATE FUNCTION analytics.raise_revision() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    begin
      -- Of the stored row: a writer that read the row before may send the number that it read.
      new.revision := old.revision + 1;
      return new;
    end $$;

SET default_tablespace = '';

CREATE TABLE analytics.facts (
    organization_id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    id uuid NOT NULL,
    kind smallint NOT NULL,
    mode text NOT NULL,
    workflow_id bigint,
    version integer,
    variant text,
    step_id text,
    category text,
    domain text,
    subject_id bigint,
    ms bigint,
    amount bigint,
    currency text,
    count bigint NOT NULL,
    CONSTRAINT facts_mode_check CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text])))
)
PARTITION BY RANGE (at);

CREATE TABLE analytics.facts_default (
    organization_id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    id uuid NOT NULL,
    kind smallint NOT NULL,
    mode text NOT NULL,
    workflow_id bigint,
    version integer,
    variant text,
    step_id text,
    category text,
    domain text,
    subject_id bigint,
    ms bigint,
    amount bigint,
    currency text,
    count bigint NOT NULL,
    CONSTRAINT facts_mode_check CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text])))
);

CREATE TABLE analytics.facts_p20261201 (
    organization_id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    id uuid NOT NULL,
    kind smallint NOT NULL,
    mode text NOT NULL,
    workflow_id bigint,
    version integer,
    variant text,
    step_id text,
    category text,
    domain text,
    subject_id bigint,
    ms bigint,
    amount bigint,
    currency text,
    count bigint NOT NULL,
    CONSTRAINT facts_mode_check CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text])))
);

CREATE TABLE analytics.facts_p20261202 (
    organization_id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    id uuid NOT NULL,
    kind smallint NOT NULL,
    mode text NOT NULL,
    workflow_id bigint,
    version integer,
    variant text,
    step_id text,
    category text,
    domain text,
    subject_id bigint,
    ms bigint,
    amount bigint,
    currency text,
    count bigint NOT NULL,
    CONSTRAINT facts_mode_check CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text])))
);

CREATE TABLE analytics.facts_p20261203 (
    organization_id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    id uuid NOT NULL,
    kind smallint NOT NULL,
    mode text NOT NULL,
    workflow_id bigint,
    version integer,
    variant text,
    step_id text,
    category text,
    domain text,
    subject_id bigint,
    ms bigint,
    amount bigint,
    currency text,
    count bigint NOT NULL,
    CONSTRAINT facts_mode_check CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text])))
);

CREATE TABLE analytics.facts_p20261204 (
    organization_id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    id uuid NOT NULL,
    kind smallint NOT NULL,
    mode text NOT NULL,
    workflow_id bigint,
    version integer,
    variant text,
    step_id text,
    category text,
    domain text,
    subject_id bigint,
    ms bigint,
    amount bigint,
    currency text,
    count bigint NOT NULL,
    CONSTRAINT facts_mode_check CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text])))
);

CREATE TABLE analytics.idempotency_keys (
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

CREATE TABLE analytics.idempotency_keys_default (
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

CREATE TABLE analytics.idempotency_keys_p20261201 (
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

CREATE TABLE analytics.idempotency_keys_p20261202 (
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

CREATE TABLE analytics.idempotency_keys_p20261203 (
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

CREATE TABLE analytics.idempotency_keys_p20261204 (
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

CREATE TABLE analytics.inbox (
    consumer_group text NOT NULL,
    event_id text NOT NULL COLLATE pg_catalog."C"
);

CREATE TABLE analytics.jobs (
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

ALTER TABLE analytics.jobs ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME analytics.jobs_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE analytics.kysely_migration (
    name character varying(255) NOT NULL,
    "timestamp" character varying(255) NOT NULL
);

CREATE TABLE analytics.kysely_migration_lock (
    id character varying(255) NOT NULL,
    is_locked integer DEFAULT 0 NOT NULL
);

CREATE TABLE analytics.mails (
    id bigint NOT NULL,
    organization_id bigint NOT NULL,
    key text NOT NULL,
    mail json,
    status text DEFAULT 'queued'::text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    error text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    finished_at timestamp with time zone,
    CONSTRAINT mails_mail_check CHECK (((mail IS NULL) = (finished_at IS NOT NULL))),
    CONSTRAINT mails_status_check CHECK ((status = ANY (ARRAY['queued'::text, 'sent'::text, 'failed'::text])))
);

ALTER TABLE analytics.mails ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME analytics.mails_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE analytics.names (
    organization_id bigint NOT NULL,
    noun text NOT NULL,
    id bigint NOT NULL,
    name text NOT NULL,
    sequence bigint NOT NULL,
    CONSTRAINT names_noun_check CHECK ((noun = ANY (ARRAY['workflow'::text, 'agent'::text])))
);

CREATE TABLE analytics.organizations (
    organization_id bigint NOT NULL,
    timezone text NOT NULL
);

CREATE TABLE analytics.outbox (
    id bigint NOT NULL,
    organization_id bigint NOT NULL,
    topic text NOT NULL,
    events integer NOT NULL,
    frame bytea NOT NULL,
    traceparent text,
    created_at timestamp with time zone DEFAULT now() NOT NULL
)
WITH (autovacuum_vacuum_threshold='1000', autovacuum_vacuum_scale_factor='0');
ALTER TABLE ONLY analytics.outbox ALTER COLUMN frame SET STORAGE EXTERNAL;

ALTER TABLE analytics.outbox ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME analytics.outbox_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE analytics.outbox_lease (
    id boolean DEFAULT true NOT NULL,
    holder uuid,
    locked_until timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    CONSTRAINT outbox_lease_id_check CHECK (id)
);

CREATE TABLE analytics.progress (
    topic text NOT NULL,
    complete_until timestamp with time zone NOT NULL
);

CREATE TABLE analytics.rebuilds (
    is_only boolean DEFAULT true NOT NULL,
    marked_until bigint NOT NULL,
    CONSTRAINT rebuilds_is_only_check CHECK (is_only)
);

CREATE TABLE analytics.report_chunks (
    organization_id bigint NOT NULL,
    report_id bigint NOT NULL,
    fence bigint NOT NULL,
    part integer NOT NULL,
    content bytea NOT NULL
);
ALTER TABLE ONLY analytics.report_chunks ALTER COLUMN content SET STORAGE EXTERNAL;

CREATE TABLE analytics.report_files (
    organization_id bigint NOT NULL,
    report_id bigint NOT NULL,
    fence bigint NOT NULL,
    store text NOT NULL,
    upload_id text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT report_files_store_check CHECK ((store = ANY (ARRAY['folder'::text, 's3'::text])))
);

CREATE TABLE analytics.reports (
    id bigint NOT NULL,
    organization_id bigint NOT NULL,
    mode text NOT NULL,
    type text NOT NULL,
    format text NOT NULL,
    parameters json NOT NULL,
    as_of timestamp with time zone NOT NULL,
    status text NOT NULL,
    progress double precision DEFAULT 0 NOT NULL,
    failures integer DEFAULT 0 NOT NULL,
    rows bigint,
    bytes bigint,
    file_name text,
    error_code text,
    error text,
    job_id bigint,
    fence bigint,
    schedule json,
    next_run_at timestamp with time zone,
    scheduled_by bigint,
    tick_at timestamp with time zone,
    actor_type text NOT NULL,
    actor_id text NOT NULL,
    sequence bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    expires_at timestamp with time zone NOT NULL,
    revision bigint DEFAULT 1 NOT NULL,
    CONSTRAINT reports_mode_check CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text]))),
    CONSTRAINT reports_status_check CHECK ((status = ANY (ARRAY['queued'::text, 'running'::text, 'ready'::text, 'failed'::text])))
)
WITH (fillfactor='80');

ALTER TABLE analytics.reports ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME analytics.reports_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE analytics.rollup_days (
    organization_id bigint NOT NULL,
    mode text NOT NULL,
    kind smallint NOT NULL,
    dimension smallint NOT NULL,
    workflow_id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    version integer NOT NULL,
    variant text NOT NULL,
    key text NOT NULL,
    count bigint NOT NULL,
    amount bigint NOT NULL
)
PARTITION BY RANGE (at);

CREATE TABLE analytics.rollup_days_default (
    organization_id bigint NOT NULL,
    mode text NOT NULL,
    kind smallint NOT NULL,
    dimension smallint NOT NULL,
    workflow_id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    version integer NOT NULL,
    variant text NOT NULL,
    key text NOT NULL,
    count bigint NOT NULL,
    amount bigint NOT NULL
);

CREATE TABLE analytics.rollup_days_p202612 (
    organization_id bigint NOT NULL,
    mode text NOT NULL,
    kind smallint NOT NULL,
    dimension smallint NOT NULL,
    workflow_id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    version integer NOT NULL,
    variant text NOT NULL,
    key text NOT NULL,
    count bigint NOT NULL,
    amount bigint NOT NULL
);

CREATE TABLE analytics.rollup_days_p202701 (
    organization_id bigint NOT NULL,
    mode text NOT NULL,
    kind smallint NOT NULL,
    dimension smallint NOT NULL,
    workflow_id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    version integer NOT NULL,
    variant text NOT NULL,
    key text NOT NULL,
    count bigint NOT NULL,
    amount bigint NOT NULL
);

CREATE TABLE analytics.rollup_quarters (
    organization_id bigint NOT NULL,
    mode text NOT NULL,
    kind smallint NOT NULL,
    dimension smallint NOT NULL,
    workflow_id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    version integer NOT NULL,
    variant text NOT NULL,
    key text NOT NULL,
    count bigint NOT NULL,
    amount bigint NOT NULL
)
PARTITION BY RANGE (at);

CREATE TABLE analytics.rollup_quarters_default (
    organization_id bigint NOT NULL,
    mode text NOT NULL,
    kind smallint NOT NULL,
    dimension smallint NOT NULL,
    workflow_id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    version integer NOT NULL,
    variant text NOT NULL,
    key text NOT NULL,
    count bigint NOT NULL,
    amount bigint NOT NULL
);

CREATE TABLE analytics.rollup_quarters_p202612 (
    organization_id bigint NOT NULL,
    mode text NOT NULL,
    kind smallint NOT NULL,
    dimension smallint NOT NULL,
    workflow_id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    version integer NOT NULL,
    variant text NOT NULL,
    key text NOT NULL,
    count bigint NOT NULL,
    amount bigint NOT NULL
);

CREATE TABLE analytics.rollup_quarters_p202701 (
    organization_id bigint NOT NULL,
    mode text NOT NULL,
    kind smallint NOT NULL,
    dimension smallint NOT NULL,
    workflow_id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    version integer NOT NULL,
    variant text NOT NULL,
    key text NOT NULL,
    count bigint NOT NULL,
    amount bigint NOT NULL
);

CREATE TABLE analytics.stale_days (
    organization_id bigint NOT NULL,
    day date NOT NULL,
    marked_at timestamp with time zone NOT NULL
);

CREATE TABLE analytics.step_facts (
    organization_id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    id uuid NOT NULL,
    counts bytea NOT NULL
)
PARTITION BY RANGE (at);

CREATE TABLE analytics.step_facts_default (
    organization_id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    id uuid NOT NULL,
    counts bytea NOT NULL
);

CREATE TABLE analytics.step_facts_p20261201 (
    organization_id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    id uuid NOT NULL,
    counts bytea NOT NULL
);

CREATE TABLE analytics.step_facts_p20261202 (
    organization_id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    id uuid NOT NULL,
    counts bytea NOT NULL
);

CREATE TABLE analytics.step_facts_p20261203 (
    organization_id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    id uuid NOT NULL,
    counts bytea NOT NULL
);

CREATE TABLE analytics.step_facts_p20261204 (
    organization_id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    id uuid NOT NULL,
    counts bytea NOT NULL
);

CREATE TABLE analytics.suspensions (
    organization_id bigint NOT NULL,
    sequence bigint NOT NULL,
    is_suspended boolean NOT NULL
);

ALTER TABLE ONLY analytics.facts ATTACH PARTITION analytics.facts_default DEFAULT;

ALTER TABLE ONLY analytics.facts ATTACH PARTITION analytics.facts_p20261201 FOR VALUES FROM ('2026-12-01 00:00:00+00') TO ('2026-12-02 00:00:00+00');

ALTER TABLE ONLY analytics.facts ATTACH PARTITION analytics.facts_p20261202 FOR VALUES FROM ('2026-12-02 00:00:00+00') TO ('2026-12-03 00:00:00+00');

ALTER TABLE ONLY analytics.facts ATTACH PARTITION analytics.facts_p20261203 FOR VALUES FROM ('2026-12-03 00:00:00+00') TO ('2026-12-04 00:00:00+00');

ALTER TABLE ONLY analytics.facts ATTACH PARTITION analytics.facts_p20261204 FOR VALUES FROM ('2026-12-04 00:00:00+00') TO ('2026-12-05 00:00:00+00');

ALTER TABLE ONLY analytics.idempotency_keys ATTACH PARTITION analytics.idempotency_keys_default DEFAULT;

ALTER TABLE ONLY analytics.idempotency_keys ATTACH PARTITION analytics.idempotency_keys_p20261201 FOR VALUES FROM ('2026-12-01 00:00:00+00') TO ('2026-12-02 00:00:00+00');

ALTER TABLE ONLY analytics.idempotency_keys ATTACH PARTITION analytics.idempotency_keys_p20261202 FOR VALUES FROM ('2026-12-02 00:00:00+00') TO ('2026-12-03 00:00:00+00');

ALTER TABLE ONLY analytics.idempotency_keys ATTACH PARTITION analytics.idempotency_keys_p20261203 FOR VALUES FROM ('2026-12-03 00:00:00+00') TO ('2026-12-04 00:00:00+00');

ALTER TABLE ONLY analytics.idempotency_keys ATTACH PARTITION analytics.idempotency_keys_p20261204 FOR VALUES FROM ('2026-12-04 00:00:00+00') TO ('2026-12-05 00:00:00+00');

ALTER TABLE ONLY analytics.rollup_days ATTACH PARTITION analytics.rollup_days_default DEFAULT;

ALTER TABLE ONLY analytics.rollup_days ATTACH PARTITION analytics.rollup_days_p202612 FOR VALUES FROM ('2026-12-01 00:00:00+00') TO ('2027-01-01 00:00:00+00');

ALTER TABLE ONLY analytics.rollup_days ATTACH PARTITION analytics.rollup_days_p202701 FOR VALUES FROM ('2027-01-01 00:00:00+00') TO ('2027-02-01 00:00:00+00');

ALTER TABLE ONLY analytics.rollup_quarters ATTACH PARTITION analytics.rollup_quarters_default DEFAULT;

ALTER TABLE ONLY analytics.rollup_quarters ATTACH PARTITION analytics.rollup_quarters_p202612 FOR VALUES FROM ('2026-12-01 00:00:00+00') TO ('2027-01-01 00:00:00+00');

ALTER TABLE ONLY analytics.rollup_quarters ATTACH PARTITION analytics.rollup_quarters_p202701 FOR VALUES FROM ('2027-01-01 00:00:00+00') TO ('2027-02-01 00:00:00+00');

ALTER TABLE ONLY analytics.step_facts ATTACH PARTITION analytics.step_facts_default DEFAULT;

ALTER TABLE ONLY analytics.step_facts ATTACH PARTITION analytics.step_facts_p20261201 FOR VALUES FROM ('2026-12-01 00:00:00+00') TO ('2026-12-02 00:00:00+00');

ALTER TABLE ONLY analytics.step_facts ATTACH PARTITION analytics.step_facts_p20261202 FOR VALUES FROM ('2026-12-02 00:00:00+00') TO ('2026-12-03 00:00:00+00');

ALTER TABLE ONLY analytics.step_facts ATTACH PARTITION analytics.step_facts_p20261203 FOR VALUES FROM ('2026-12-03 00:00:00+00') TO ('2026-12-04 00:00:00+00');

ALTER TABLE ONLY analytics.step_facts ATTACH PARTITION analytics.step_facts_p20261204 FOR VALUES FROM ('2026-12-04 00:00:00+00') TO ('2026-12-05 00:00:00+00');

INSERT INTO analytics.facts_p20261201 VALUES
	(1, '2026-12-01 22:29:47.81+00', '01a233ba-7686-75b0-a75d-bca3344bebba', 1, 'live', 1, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1),
	(1, '2026-12-01 22:29:47.815+00', '01a233ba-76a6-7e8c-a96d-d31b7c4f9b54', 2, 'live', 1, 1, NULL, NULL, NULL, NULL, NULL, 58, NULL, NULL, 1);

INSERT INTO analytics.kysely_migration VALUES
	('2026-12-01-0000-baseline', '2026-12-01T22:29:46.640Z');

INSERT INTO analytics.kysely_migration_lock VALUES
	('migration_lock', 0);

INSERT INTO analytics.names VALUES
	(1, 'workflow', 1, 'Kept by an upgrade', 1);

INSERT INTO analytics.organizations VALUES
	(1, 'UTC');

INSERT INTO analytics.outbox_lease VALUES
	(true, NULL, '-infinity');

INSERT INTO analytics.progress VALUES
	('drippulse.enrollments.v1', '2026-12-01 22:29:45.3+00'),
	('drippulse.crm.v1', '2026-12-01 22:29:45.431+00'),
	('drippulse.agents.v1', '2026-12-01 22:29:45.49+00'),
	('drippulse.webhooks.v1', '2026-12-01 22:29:45.525+00');

INSERT INTO analytics.rollup_days_p202612 VALUES
	(1, 'live', 1, 0, 0, '2026-12-01 00:00:00+00', 0, '', '', 1, 0),
	(1, 'live', 1, 0, 1, '2026-12-01 00:00:00+00', 1, '', '', 1, 0),
	(1, 'live', 1, 1, 0, '2026-12-01 00:00:00+00', 0, '', '1', 1, 0),
	(1, 'live', 2, 0, 0, '2026-12-01 00:00:00+00', 0, '', '', 1, 0),
	(1, 'live', 2, 0, 1, '2026-12-01 00:00:00+00', 1, '', '', 1, 0),
	(1, 'live', 2, 1, 0, '2026-12-01 00:00:00+00', 0, '', '1', 1, 0),
	(1, 'live', 2, 6, 0, '2026-12-01 00:00:00+00', 0, '', '43', 1, 0),
	(1, 'live', 2, 6, 1, '2026-12-01 00:00:00+00', 1, '', '43', 1, 0),
	(1, 'live', 40, 0, 1, '2026-12-01 00:00:00+00', 1, '', '', 1, 0),
	(1, 'live', 41, 2, 1, '2026-12-01 00:00:00+00', 1, '', 'step_77df9e765051', 1, 0),
	(1, 'live', 41, 2, 1, '2026-12-01 00:00:00+00', 1, '', 'step_a4ee2c0d2cdf', 1, 0),
	(1, 'live', 42, 2, 1, '2026-12-01 00:00:00+00', 1, '', 'step_77df9e765051', 1, 0),
	(1, 'live', 43, 2, 1, '2026-12-01 00:00:00+00', 1, '', 'step_a4ee2c0d2cdf', 1, 0);

INSERT INTO analytics.rollup_quarters_p202612 VALUES
	(1, 'live', 1, 0, 0, '2026-12-01 22:15:00+00', 0, '', '', 1, 0),
	(1, 'live', 1, 0, 1, '2026-12-01 22:15:00+00', 1, '', '', 1, 0),
	(1, 'live', 1, 1, 0, '2026-12-01 22:15:00+00', 0, '', '1', 1, 0),
	(1, 'live', 2, 0, 0, '2026-12-01 22:15:00+00', 0, '', '', 1, 0),
	(1, 'live', 2, 0, 1, '2026-12-01 22:15:00+00', 1, '', '', 1, 0),
	(1, 'live', 2, 1, 0, '2026-12-01 22:15:00+00', 0, '', '1', 1, 0),
	(1, 'live', 2, 6, 0, '2026-12-01 22:15:00+00', 0, '', '43', 1, 0),
	(1, 'live', 2, 6, 1, '2026-12-01 22:15:00+00', 1, '', '43', 1, 0),
	(1, 'live', 40, 0, 1, '2026-12-01 22:15:00+00', 1, '', '', 1, 0),
	(1, 'live', 41, 2, 1, '2026-12-01 22:15:00+00', 1, '', 'step_77df9e765051', 1, 0),
	(1, 'live', 41, 2, 1, '2026-12-01 22:15:00+00', 1, '', 'step_a4ee2c0d2cdf', 1, 0),
	(1, 'live', 42, 2, 1, '2026-12-01 22:15:00+00', 1, '', 'step_77df9e765051', 1, 0),
	(1, 'live', 43, 2, 1, '2026-12-01 22:15:00+00', 1, '', 'step_a4ee2c0d2cdf', 1, 0);

INSERT INTO analytics.step_facts_p20261201 VALUES
	(1, '2026-12-01 00:00:00+00', '01a233ba-76a7-7d7c-a525-356e7825ac14', '\x0a3e08011001180120d9e77930023a170a11737465705f373764663965373635303531100218023a170a11737465705f61346565326330643263646610022002');

SELECT pg_catalog.setval('analytics.jobs_id_seq', 1, false);

SELECT pg_catalog.setval('analytics.mails_id_seq', 1, false);

SELECT pg_catalog.setval('analytics.outbox_id_seq', 1, false);

SELECT pg_catalog.setval('analytics.reports_id_seq', 1, false);

ALTER TABLE ONLY analytics.facts
    ADD CONSTRAINT facts_pkey PRIMARY KEY (organization_id, at, id, kind);

ALTER TABLE ONLY analytics.facts_default
    ADD CONSTRAINT facts_default_pkey PRIMARY KEY (organization_id, at, id, kind);

ALTER TABLE ONLY analytics.facts_p20261201
    ADD CONSTRAINT facts_p20261201_pkey PRIMARY KEY (organization_id, at, id, kind);

ALTER TABLE ONLY analytics.facts_p20261202
    ADD CONSTRAINT facts_p20261202_pkey PRIMARY KEY (organization_id, at, id, kind);

ALTER TABLE ONLY analytics.facts_p20261203
    ADD CONSTRAINT facts_p20261203_pkey PRIMARY KEY (organization_id, at, id, kind);

ALTER TABLE ONLY analytics.facts_p20261204
    ADD CONSTRAINT facts_p20261204_pkey PRIMARY KEY (organization_id, at, id, kind);

ALTER TABLE ONLY analytics.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY analytics.idempotency_keys_default
    ADD CONSTRAINT idempotency_keys_default_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY analytics.idempotency_keys_p20261201
    ADD CONSTRAINT idempotency_keys_p20261201_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY analytics.idempotency_keys_p20261202
    ADD CONSTRAINT idempotency_keys_p20261202_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY analytics.idempotency_keys_p20261203
    ADD CONSTRAINT idempotency_keys_p20261203_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY analytics.idempotency_keys_p20261204
    ADD CONSTRAINT idempotency_keys_p20261204_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY analytics.inbox
    ADD CONSTRAINT inbox_pkey PRIMARY KEY (consumer_group, event_id);

ALTER TABLE ONLY analytics.jobs
    ADD CONSTRAINT jobs_pkey PRIMARY KEY (id);

ALTER TABLE ONLY analytics.kysely_migration_lock
    ADD CONSTRAINT kysely_migration_lock_pkey PRIMARY KEY (id);

ALTER TABLE ONLY analytics.kysely_migration
    ADD CONSTRAINT kysely_migration_pkey PRIMARY KEY (name);

ALTER TABLE ONLY analytics.mails
    ADD CONSTRAINT mails_organization_id_key_key UNIQUE (organization_id, key);

ALTER TABLE ONLY analytics.mails
    ADD CONSTRAINT mails_pkey PRIMARY KEY (id);

ALTER TABLE ONLY analytics.names
    ADD CONSTRAINT names_pkey PRIMARY KEY (organization_id, noun, id);

ALTER TABLE ONLY analytics.organizations
    ADD CONSTRAINT organizations_pkey PRIMARY KEY (organization_id);

ALTER TABLE ONLY analytics.outbox_lease
    ADD CONSTRAINT outbox_lease_pkey PRIMARY KEY (id);

ALTER TABLE ONLY analytics.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (id);

ALTER TABLE ONLY analytics.progress
    ADD CONSTRAINT progress_pkey PRIMARY KEY (topic);

ALTER TABLE ONLY analytics.rebuilds
    ADD CONSTRAINT rebuilds_pkey PRIMARY KEY (is_only);

ALTER TABLE ONLY analytics.report_chunks
    ADD CONSTRAINT report_chunks_pkey PRIMARY KEY (organization_id, report_id, fence, part);

ALTER TABLE ONLY analytics.report_files
    ADD CONSTRAINT report_files_pkey PRIMARY KEY (organization_id, report_id, fence);

ALTER TABLE ONLY analytics.reports
    ADD CONSTRAINT reports_pkey PRIMARY KEY (id);

ALTER TABLE ONLY analytics.rollup_days
    ADD CONSTRAINT rollup_days_pkey PRIMARY KEY (organization_id, mode, kind, dimension, workflow_id, at, version, variant, key);

ALTER TABLE ONLY analytics.rollup_days_default
    ADD CONSTRAINT rollup_days_default_pkey PRIMARY KEY (organization_id, mode, kind, dimension, workflow_id, at, version, variant, key);

ALTER TABLE ONLY analytics.rollup_days_p202612
    ADD CONSTRAINT rollup_days_p202612_pkey PRIMARY KEY (organization_id, mode, kind, dimension, workflow_id, at, version, variant, key);

ALTER TABLE ONLY analytics.rollup_days_p202701
    ADD CONSTRAINT rollup_days_p202701_pkey PRIMARY KEY (organization_id, mode, kind, dimension, workflow_id, at, version, variant, key);

ALTER TABLE ONLY analytics.rollup_quarters
    ADD CONSTRAINT rollup_quarters_pkey PRIMARY KEY (organization_id, mode, kind, dimension, workflow_id, at, version, variant, key);

ALTER TABLE ONLY analytics.rollup_quarters_default
    ADD CONSTRAINT rollup_quarters_default_pkey PRIMARY KEY (organization_id, mode, kind, dimension, workflow_id, at, version, variant, key);

ALTER TABLE ONLY analytics.rollup_quarters_p202612
    ADD CONSTRAINT rollup_quarters_p202612_pkey PRIMARY KEY (organization_id, mode, kind, dimension, workflow_id, at, version, variant, key);

ALTER TABLE ONLY analytics.rollup_quarters_p202701
    ADD CONSTRAINT rollup_quarters_p202701_pkey PRIMARY KEY (organization_id, mode, kind, dimension, workflow_id, at, version, variant, key);

ALTER TABLE ONLY analytics.stale_days
    ADD CONSTRAINT stale_days_pkey PRIMARY KEY (organization_id, day);

ALTER TABLE ONLY analytics.step_facts
    ADD CONSTRAINT step_facts_pkey PRIMARY KEY (organization_id, at, id);

ALTER TABLE ONLY analytics.step_facts_default
    ADD CONSTRAINT step_facts_default_pkey PRIMARY KEY (organization_id, at, id);

ALTER TABLE ONLY analytics.step_facts_p20261201
    ADD CONSTRAINT step_facts_p20261201_pkey PRIMARY KEY (organization_id, at, id);

ALTER TABLE ONLY analytics.step_facts_p20261202
    ADD CONSTRAINT step_facts_p20261202_pkey PRIMARY KEY (organization_id, at, id);

ALTER TABLE ONLY analytics.step_facts_p20261203
    ADD CONSTRAINT step_facts_p20261203_pkey PRIMARY KEY (organization_id, at, id);

ALTER TABLE ONLY analytics.step_facts_p20261204
    ADD CONSTRAINT step_facts_p20261204_pkey PRIMARY KEY (organization_id, at, id);

ALTER TABLE ONLY analytics.suspensions
    ADD CONSTRAINT suspensions_pkey PRIMARY KEY (organization_id);

CREATE INDEX jobs_kind_wake_at_idx ON analytics.jobs USING btree (kind, wake_at) WHERE (status = ANY (ARRAY['queued'::text, 'running'::text]));

CREATE INDEX jobs_organization_id_kind_id_idx ON analytics.jobs USING btree (organization_id, kind, id);

CREATE INDEX mails_finished_at_idx ON analytics.mails USING btree (finished_at);

CREATE INDEX outbox_organization_id_id_idx ON analytics.outbox USING btree (organization_id, id);

CREATE INDEX report_chunks_report_id_idx ON analytics.report_chunks USING btree (report_id);

CREATE INDEX reports_expires_at_idx ON analytics.reports USING btree (expires_at);

CREATE INDEX reports_next_run_at_idx ON analytics.reports USING btree (next_run_at) WHERE (next_run_at IS NOT NULL);

CREATE INDEX reports_organization_id_mode_id_idx ON analytics.reports USING btree (organization_id, mode, id);

CREATE UNIQUE INDEX reports_organization_id_scheduled_by_tick_at_key ON analytics.reports USING btree (organization_id, scheduled_by, tick_at) WHERE (scheduled_by IS NOT NULL);

CREATE INDEX reports_scheduled_idx ON analytics.reports USING btree (organization_id) WHERE (schedule IS NOT NULL);

CREATE INDEX rollup_quarters_organization_id_at_idx ON ONLY analytics.rollup_quarters USING btree (organization_id, at);

CREATE INDEX rollup_quarters_default_organization_id_at_idx ON analytics.rollup_quarters_default USING btree (organization_id, at);

CREATE INDEX rollup_quarters_p202612_organization_id_at_idx ON analytics.rollup_quarters_p202612 USING btree (organization_id, at);

CREATE INDEX rollup_quarters_p202701_organization_id_at_idx ON analytics.rollup_quarters_p202701 USING btree (organization_id, at);

CREATE INDEX stale_days_marked_at_idx ON analytics.stale_days USING btree (marked_at);

CREATE INDEX suspensions_suspended_idx ON analytics.suspensions USING btree (organization_id) WHERE is_suspended;

ALTER INDEX analytics.facts_pkey ATTACH PARTITION analytics.facts_default_pkey;

ALTER INDEX analytics.facts_pkey ATTACH PARTITION analytics.facts_p20261201_pkey;

ALTER INDEX analytics.facts_pkey ATTACH PARTITION analytics.facts_p20261202_pkey;

ALTER INDEX analytics.facts_pkey ATTACH PARTITION analytics.facts_p20261203_pkey;

ALTER INDEX analytics.facts_pkey ATTACH PARTITION analytics.facts_p20261204_pkey;

ALTER INDEX analytics.idempotency_keys_pkey ATTACH PARTITION analytics.idempotency_keys_default_pkey;

ALTER INDEX analytics.idempotency_keys_pkey ATTACH PARTITION analytics.idempotency_keys_p20261201_pkey;

ALTER INDEX analytics.idempotency_keys_pkey ATTACH PARTITION analytics.idempotency_keys_p20261202_pkey;

ALTER INDEX analytics.idempotency_keys_pkey ATTACH PARTITION analytics.idempotency_keys_p20261203_pkey;

ALTER INDEX analytics.idempotency_keys_pkey ATTACH PARTITION analytics.idempotency_keys_p20261204_pkey;

ALTER INDEX analytics.rollup_days_pkey ATTACH PARTITION analytics.rollup_days_default_pkey;

ALTER INDEX analytics.rollup_days_pkey ATTACH PARTITION analytics.rollup_days_p202612_pkey;

ALTER INDEX analytics.rollup_days_pkey ATTACH PARTITION analytics.rollup_days_p202701_pkey;

ALTER INDEX analytics.rollup_quarters_organization_id_at_idx ATTACH PARTITION analytics.rollup_quarters_default_organization_id_at_idx;

ALTER INDEX analytics.rollup_quarters_pkey ATTACH PARTITION analytics.rollup_quarters_default_pkey;

ALTER INDEX analytics.rollup_quarters_organization_id_at_idx ATTACH PARTITION analytics.rollup_quarters_p202612_organization_id_at_idx;

ALTER INDEX analytics.rollup_quarters_pkey ATTACH PARTITION analytics.rollup_quarters_p202612_pkey;

ALTER INDEX analytics.rollup_quarters_organization_id_at_idx ATTACH PARTITION analytics.rollup_quarters_p202701_organization_id_at_idx;

ALTER INDEX analytics.rollup_quarters_pkey ATTACH PARTITION analytics.rollup_quarters_p202701_pkey;

ALTER INDEX analytics.step_facts_pkey ATTACH PARTITION analytics.step_facts_default_pkey;

ALTER INDEX analytics.step_facts_pkey ATTACH PARTITION analytics.step_facts_p20261201_pkey;

ALTER INDEX analytics.step_facts_pkey ATTACH PARTITION analytics.step_facts_p20261202_pkey;

ALTER INDEX analytics.step_facts_pkey ATTACH PARTITION analytics.step_facts_p20261203_pkey;

ALTER INDEX analytics.step_facts_pkey ATTACH PARTITION analytics.step_facts_p20261204_pkey;

CREATE TRIGGER reports_raise_revision BEFORE UPDATE ON analytics.reports FOR EACH ROW WHEN (((old.* *<> new.*) AND (NOT (new.progress IS DISTINCT FROM old.progress)))) EXECUTE FUNCTION analytics.raise_revision();

ALTER TABLE ONLY analytics.report_chunks
    ADD CONSTRAINT report_chunks_report_id_fkey FOREIGN KEY (report_id) REFERENCES analytics.reports(id) ON DELETE CASCADE;
