SET statement_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

CREATE FUNCTION webhooks.raise_revision() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    begin
      -- Of the stored row: a writer that read the row before may send the number that it read.
      new.revision := old.revision + 1;
      return new;
    end $$;

SET default_tablespace = '';

CREATE TABLE webhooks.attempts (
    delivery_id bigint NOT NULL,
    event_at timestamp(3) with time zone NOT NULL,
    number integer NOT NULL,
    at timestamp with time zone NOT NULL,
    status_code integer,
    duration_ms integer NOT NULL,
    error text,
    response_excerpt text,
    next_attempt_at timestamp with time zone
)
PARTITION BY RANGE (event_at);

CREATE TABLE webhooks.attempts_default (
    delivery_id bigint NOT NULL,
    event_at timestamp(3) with time zone NOT NULL,
    number integer NOT NULL,
    at timestamp with time zone NOT NULL,
    status_code integer,
    duration_ms integer NOT NULL,
    error text,
    response_excerpt text,
    next_attempt_at timestamp with time zone
);

CREATE TABLE webhooks.attempts_p20261201 (
    delivery_id bigint NOT NULL,
    event_at timestamp(3) with time zone NOT NULL,
    number integer NOT NULL,
    at timestamp with time zone NOT NULL,
    status_code integer,
    duration_ms integer NOT NULL,
    error text,
    response_excerpt text,
    next_attempt_at timestamp with time zone
);

CREATE TABLE webhooks.attempts_p20261202 (
    delivery_id bigint NOT NULL,
    event_at timestamp(3) with time zone NOT NULL,
    number integer NOT NULL,
    at timestamp with time zone NOT NULL,
    status_code integer,
    duration_ms integer NOT NULL,
    error text,
    response_excerpt text,
    next_attempt_at timestamp with time zone
);

CREATE TABLE webhooks.attempts_p20261203 (
    delivery_id bigint NOT NULL,
    event_at timestamp(3) with time zone NOT NULL,
    number integer NOT NULL,
    at timestamp with time zone NOT NULL,
    status_code integer,
    duration_ms integer NOT NULL,
    error text,
    response_excerpt text,
    next_attempt_at timestamp with time zone
);

CREATE TABLE webhooks.attempts_p20261204 (
    delivery_id bigint NOT NULL,
    event_at timestamp(3) with time zone NOT NULL,
    number integer NOT NULL,
    at timestamp with time zone NOT NULL,
    status_code integer,
    duration_ms integer NOT NULL,
    error text,
    response_excerpt text,
    next_attempt_at timestamp with time zone
);

CREATE SEQUENCE webhooks.deliveries_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE webhooks.deliveries (
    id bigint DEFAULT nextval('webhooks.deliveries_id_seq'::regclass) NOT NULL,
    event_at timestamp(3) with time zone NOT NULL,
    organization_id bigint NOT NULL,
    webhook_id bigint NOT NULL,
    event_id text NOT NULL COLLATE pg_catalog."C",
    event_type text NOT NULL,
    is_test boolean DEFAULT false NOT NULL,
    status text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    next_attempt_at timestamp with time zone,
    order_key text COLLATE pg_catalog."C",
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT deliveries_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'failed'::text, 'delivered'::text, 'exhausted'::text, 'cancelled'::text])))
)
PARTITION BY RANGE (event_at);

CREATE TABLE webhooks.deliveries_default (
    id bigint DEFAULT nextval('webhooks.deliveries_id_seq'::regclass) NOT NULL,
    event_at timestamp(3) with time zone NOT NULL,
    organization_id bigint NOT NULL,
    webhook_id bigint NOT NULL,
    event_id text NOT NULL COLLATE pg_catalog."C",
    event_type text NOT NULL,
    is_test boolean DEFAULT false NOT NULL,
    status text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    next_attempt_at timestamp with time zone,
    order_key text COLLATE pg_catalog."C",
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT deliveries_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'failed'::text, 'delivered'::text, 'exhausted'::text, 'cancelled'::text])))
);

CREATE TABLE webhooks.deliveries_p20261201 (
    id bigint DEFAULT nextval('webhooks.deliveries_id_seq'::regclass) NOT NULL,
    event_at timestamp(3) with time zone NOT NULL,
    organization_id bigint NOT NULL,
    webhook_id bigint NOT NULL,
    event_id text NOT NULL COLLATE pg_catalog."C",
    event_type text NOT NULL,
    is_test boolean DEFAULT false NOT NULL,
    status text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    next_attempt_at timestamp with time zone,
    order_key text COLLATE pg_catalog."C",
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT deliveries_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'failed'::text, 'delivered'::text, 'exhausted'::text, 'cancelled'::text])))
);

CREATE TABLE webhooks.deliveries_p20261202 (
    id bigint DEFAULT nextval('webhooks.deliveries_id_seq'::regclass) NOT NULL,
    event_at timestamp(3) with time zone NOT NULL,
    organization_id bigint NOT NULL,
    webhook_id bigint NOT NULL,
    event_id text NOT NULL COLLATE pg_catalog."C",
    event_type text NOT NULL,
    is_test boolean DEFAULT false NOT NULL,
    status text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    next_attempt_at timestamp with time zone,
    order_key text COLLATE pg_catalog."C",
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT deliveries_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'failed'::text, 'delivered'::text, 'exhausted'::text, 'cancelled'::text])))
);

CREATE TABLE webhooks.deliveries_p20261203 (
    id bigint DEFAULT nextval('webhooks.deliveries_id_seq'::regclass) NOT NULL,
    event_at timestamp(3) with time zone NOT NULL,
    organization_id bigint NOT NULL,
    webhook_id bigint NOT NULL,
    event_id text NOT NULL COLLATE pg_catalog."C",
    event_type text NOT NULL,
    is_test boolean DEFAULT false NOT NULL,
    status text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    next_attempt_at timestamp with time zone,
    order_key text COLLATE pg_catalog."C",
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT deliveries_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'failed'::text, 'delivered'::text, 'exhausted'::text, 'cancelled'::text])))
);

CREATE TABLE webhooks.deliveries_p20261204 (
    id bigint DEFAULT nextval('webhooks.deliveries_id_seq'::regclass) NOT NULL,
    event_at timestamp(3) with time zone NOT NULL,
    organization_id bigint NOT NULL,
    webhook_id bigint NOT NULL,
    event_id text NOT NULL COLLATE pg_catalog."C",
    event_type text NOT NULL,
    is_test boolean DEFAULT false NOT NULL,
    status text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    next_attempt_at timestamp with time zone,
    order_key text COLLATE pg_catalog."C",
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT deliveries_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'failed'::text, 'delivered'::text, 'exhausted'::text, 'cancelled'::text])))
);

CREATE TABLE webhooks.endpoints (
    webhook_id bigint NOT NULL,
    version bigint DEFAULT 0 NOT NULL,
    consecutive_failures integer DEFAULT 0 NOT NULL,
    is_failing boolean DEFAULT false NOT NULL,
    failing_since timestamp with time zone,
    is_circuit_open boolean DEFAULT false NOT NULL,
    window_started_at timestamp with time zone,
    window_attempts integer DEFAULT 0 NOT NULL,
    window_failures integer DEFAULT 0 NOT NULL,
    last_success_at timestamp with time zone
)
WITH (fillfactor='50');

CREATE TABLE webhooks.idempotency_keys (
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

CREATE TABLE webhooks.idempotency_keys_default (
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

CREATE TABLE webhooks.idempotency_keys_p20261201 (
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

CREATE TABLE webhooks.idempotency_keys_p20261202 (
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

CREATE TABLE webhooks.idempotency_keys_p20261203 (
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

CREATE TABLE webhooks.idempotency_keys_p20261204 (
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

CREATE TABLE webhooks.inbox (
    consumer_group text NOT NULL,
    event_id text NOT NULL COLLATE pg_catalog."C"
);

CREATE TABLE webhooks.jobs (
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

ALTER TABLE webhooks.jobs ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME webhooks.jobs_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE webhooks.kysely_migration (
    name character varying(255) NOT NULL,
    "timestamp" character varying(255) NOT NULL
);

CREATE TABLE webhooks.kysely_migration_lock (
    id character varying(255) NOT NULL,
    is_locked integer DEFAULT 0 NOT NULL
);

CREATE TABLE webhooks.lanes (
    webhook_id bigint NOT NULL,
    is_manual boolean NOT NULL,
    organization_id bigint NOT NULL,
    is_paused boolean DEFAULT false NOT NULL,
    open_until timestamp with time zone,
    next_due_at timestamp with time zone
)
WITH (fillfactor='50', autovacuum_vacuum_threshold='1000', autovacuum_vacuum_scale_factor='0');

CREATE TABLE webhooks.outbox (
    id bigint NOT NULL,
    organization_id bigint NOT NULL,
    topic text NOT NULL,
    events integer NOT NULL,
    frame bytea NOT NULL,
    traceparent text,
    created_at timestamp with time zone DEFAULT now() NOT NULL
)
WITH (autovacuum_vacuum_threshold='1000', autovacuum_vacuum_scale_factor='0');
ALTER TABLE ONLY webhooks.outbox ALTER COLUMN frame SET STORAGE EXTERNAL;

ALTER TABLE webhooks.outbox ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME webhooks.outbox_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE webhooks.outbox_lease (
    id boolean DEFAULT true NOT NULL,
    holder uuid,
    locked_until timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    CONSTRAINT outbox_lease_id_check CHECK (id)
);

CREATE TABLE webhooks.payloads (
    event_id text NOT NULL COLLATE pg_catalog."C",
    event_at timestamp(3) with time zone NOT NULL,
    body bytea NOT NULL,
    organization_id bigint NOT NULL,
    traceparent text,
    cause text,
    subject text COLLATE pg_catalog."C"
)
PARTITION BY RANGE (event_at);

CREATE TABLE webhooks.payloads_default (
    event_id text NOT NULL COLLATE pg_catalog."C",
    event_at timestamp(3) with time zone NOT NULL,
    body bytea NOT NULL,
    organization_id bigint NOT NULL,
    traceparent text,
    cause text,
    subject text COLLATE pg_catalog."C"
);

CREATE TABLE webhooks.payloads_p20261201 (
    event_id text NOT NULL COLLATE pg_catalog."C",
    event_at timestamp(3) with time zone NOT NULL,
    body bytea NOT NULL,
    organization_id bigint NOT NULL,
    traceparent text,
    cause text,
    subject text COLLATE pg_catalog."C"
);

CREATE TABLE webhooks.payloads_p20261202 (
    event_id text NOT NULL COLLATE pg_catalog."C",
    event_at timestamp(3) with time zone NOT NULL,
    body bytea NOT NULL,
    organization_id bigint NOT NULL,
    traceparent text,
    cause text,
    subject text COLLATE pg_catalog."C"
);

CREATE TABLE webhooks.payloads_p20261203 (
    event_id text NOT NULL COLLATE pg_catalog."C",
    event_at timestamp(3) with time zone NOT NULL,
    body bytea NOT NULL,
    organization_id bigint NOT NULL,
    traceparent text,
    cause text,
    subject text COLLATE pg_catalog."C"
);

CREATE TABLE webhooks.payloads_p20261204 (
    event_id text NOT NULL COLLATE pg_catalog."C",
    event_at timestamp(3) with time zone NOT NULL,
    body bytea NOT NULL,
    organization_id bigint NOT NULL,
    traceparent text,
    cause text,
    subject text COLLATE pg_catalog."C"
);

CREATE TABLE webhooks.queue (
    delivery_id bigint NOT NULL,
    webhook_id bigint NOT NULL,
    is_manual boolean NOT NULL,
    is_test boolean DEFAULT false NOT NULL,
    due_at timestamp with time zone NOT NULL,
    is_leased boolean DEFAULT false NOT NULL,
    fence bigint DEFAULT 0 NOT NULL,
    tries integer DEFAULT 0 NOT NULL,
    event_id text NOT NULL COLLATE pg_catalog."C",
    event_at timestamp(3) with time zone NOT NULL,
    event_type text NOT NULL,
    order_key text COLLATE pg_catalog."C"
)
WITH (autovacuum_vacuum_threshold='1000', autovacuum_vacuum_scale_factor='0');

CREATE TABLE webhooks.removals (
    webhook_id bigint NOT NULL
);

CREATE TABLE webhooks.suspensions (
    organization_id bigint NOT NULL,
    sequence bigint NOT NULL,
    is_suspended boolean NOT NULL
);

CREATE SEQUENCE webhooks.webhooks_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE webhooks.webhooks (
    id bigint DEFAULT nextval('webhooks.webhooks_id_seq'::regclass) NOT NULL,
    organization_id bigint NOT NULL,
    mode text NOT NULL,
    url text NOT NULL,
    sealed_url bytea,
    headers json DEFAULT '{}'::json NOT NULL,
    sealed_headers bytea,
    event_types text[] NOT NULL,
    filter json,
    ordered boolean DEFAULT false NOT NULL,
    rate_limit_per_second integer,
    active boolean NOT NULL,
    disabled_reason text,
    description text,
    secret bytea NOT NULL,
    previous_secret bytea,
    previous_secret_until timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    deleted_at timestamp with time zone,
    revision bigint DEFAULT 1 NOT NULL,
    CONSTRAINT webhooks_disabled_reason_check CHECK ((disabled_reason = ANY (ARRAY['gone'::text, 'failing'::text, 'requested'::text]))),
    CONSTRAINT webhooks_mode_check CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text])))
);

ALTER TABLE ONLY webhooks.attempts ATTACH PARTITION webhooks.attempts_default DEFAULT;

ALTER TABLE ONLY webhooks.attempts ATTACH PARTITION webhooks.attempts_p20261201 FOR VALUES FROM ('2026-12-01 00:00:00+00') TO ('2026-12-02 00:00:00+00');

ALTER TABLE ONLY webhooks.attempts ATTACH PARTITION webhooks.attempts_p20261202 FOR VALUES FROM ('2026-12-02 00:00:00+00') TO ('2026-12-03 00:00:00+00');

ALTER TABLE ONLY webhooks.attempts ATTACH PARTITION webhooks.attempts_p20261203 FOR VALUES FROM ('2026-12-03 00:00:00+00') TO ('2026-12-04 00:00:00+00');

ALTER TABLE ONLY webhooks.attempts ATTACH PARTITION webhooks.attempts_p20261204 FOR VALUES FROM ('2026-12-04 00:00:00+00') TO ('2026-12-05 00:00:00+00');

ALTER TABLE ONLY webhooks.deliveries ATTACH PARTITION webhooks.deliveries_default DEFAULT;

ALTER TABLE ONLY webhooks.deliveries ATTACH PARTITION webhooks.deliveries_p20261201 FOR VALUES FROM ('2026-12-01 00:00:00+00') TO ('2026-12-02 00:00:00+00');

ALTER TABLE ONLY webhooks.deliveries ATTACH PARTITION webhooks.deliveries_p20261202 FOR VALUES FROM ('2026-12-02 00:00:00+00') TO ('2026-12-03 00:00:00+00');

ALTER TABLE ONLY webhooks.deliveries ATTACH PARTITION webhooks.deliveries_p20261203 FOR VALUES FROM ('2026-12-03 00:00:00+00') TO ('2026-12-04 00:00:00+00');

ALTER TABLE ONLY webhooks.deliveries ATTACH PARTITION webhooks.deliveries_p20261204 FOR VALUES FROM ('2026-12-04 00:00:00+00') TO ('2026-12-05 00:00:00+00');

ALTER TABLE ONLY webhooks.idempotency_keys ATTACH PARTITION webhooks.idempotency_keys_default DEFAULT;

ALTER TABLE ONLY webhooks.idempotency_keys ATTACH PARTITION webhooks.idempotency_keys_p20261201 FOR VALUES FROM ('2026-12-01 00:00:00+00') TO ('2026-12-02 00:00:00+00');

ALTER TABLE ONLY webhooks.idempotency_keys ATTACH PARTITION webhooks.idempotency_keys_p20261202 FOR VALUES FROM ('2026-12-02 00:00:00+00') TO ('2026-12-03 00:00:00+00');

ALTER TABLE ONLY webhooks.idempotency_keys ATTACH PARTITION webhooks.idempotency_keys_p20261203 FOR VALUES FROM ('2026-12-03 00:00:00+00') TO ('2026-12-04 00:00:00+00');

ALTER TABLE ONLY webhooks.idempotency_keys ATTACH PARTITION webhooks.idempotency_keys_p20261204 FOR VALUES FROM ('2026-12-04 00:00:00+00') TO ('2026-12-05 00:00:00+00');

ALTER TABLE ONLY webhooks.payloads ATTACH PARTITION webhooks.payloads_default DEFAULT;

ALTER TABLE ONLY webhooks.payloads ATTACH PARTITION webhooks.payloads_p20261201 FOR VALUES FROM ('2026-12-01 00:00:00+00') TO ('2026-12-02 00:00:00+00');

ALTER TABLE ONLY webhooks.payloads ATTACH PARTITION webhooks.payloads_p20261202 FOR VALUES FROM ('2026-12-02 00:00:00+00') TO ('2026-12-03 00:00:00+00');

ALTER TABLE ONLY webhooks.payloads ATTACH PARTITION webhooks.payloads_p20261203 FOR VALUES FROM ('2026-12-03 00:00:00+00') TO ('2026-12-04 00:00:00+00');

ALTER TABLE ONLY webhooks.payloads ATTACH PARTITION webhooks.payloads_p20261204 FOR VALUES FROM ('2026-12-04 00:00:00+00') TO ('2026-12-05 00:00:00+00');

INSERT INTO webhooks.endpoints VALUES
	(1, 0, 0, false, NULL, false, NULL, 0, 0, NULL);

INSERT INTO webhooks.kysely_migration VALUES
	('2026-12-01-0000-baseline', '2026-12-01T22:29:43.409Z');

INSERT INTO webhooks.kysely_migration_lock VALUES
	('migration_lock', 0);

INSERT INTO webhooks.lanes VALUES
	(1, false, 1, false, NULL, NULL),
	(1, true, 1, false, NULL, NULL);

INSERT INTO webhooks.outbox_lease VALUES
	(true, 'abeede25-deb5-4368-8dd9-130a27169937', '2026-12-01 22:29:48.295422+00');

INSERT INTO webhooks.webhooks VALUES
	(1, 1, 'live', 'https://hooks.example.com/drippulse', NULL, '{"x-own":"sealed by the keys of the dump"}', '\x01a40337982f66ba6a9f0d789160758e6adb2a7c137f01ec8de5484a29aa7b29a441e95520ff89ddaa66328ed9f94bdf7250f3d42b66967cc650865de7b75504bdfa4584a9d934c19354fa', '{workflow.failed}', NULL, false, NULL, true, NULL, NULL, '\x01a4033798aea09192e6b352df0fa6e7b625727d126bde96e43bd24824a20243b66e923fe940691d39948d2fd3f2fde6ff0dd6950bd5d6f33950765aee1800079e87fb009652b8e22d991b79ca3dd26dad5294', NULL, NULL, '2026-12-01 22:29:47.637+00', '2026-12-01 22:29:47.637+00', NULL, 1);

SELECT pg_catalog.setval('webhooks.deliveries_id_seq', 1, false);

SELECT pg_catalog.setval('webhooks.jobs_id_seq', 1, false);

SELECT pg_catalog.setval('webhooks.outbox_id_seq', 1, true);

SELECT pg_catalog.setval('webhooks.webhooks_id_seq', 1, true);

ALTER TABLE ONLY webhooks.attempts
    ADD CONSTRAINT attempts_pkey PRIMARY KEY (delivery_id, number, event_at);

ALTER TABLE ONLY webhooks.attempts_default
    ADD CONSTRAINT attempts_default_pkey PRIMARY KEY (delivery_id, number, event_at);

ALTER TABLE ONLY webhooks.attempts_p20261201
    ADD CONSTRAINT attempts_p20261201_pkey PRIMARY KEY (delivery_id, number, event_at);

ALTER TABLE ONLY webhooks.attempts_p20261202
    ADD CONSTRAINT attempts_p20261202_pkey PRIMARY KEY (delivery_id, number, event_at);

ALTER TABLE ONLY webhooks.attempts_p20261203
    ADD CONSTRAINT attempts_p20261203_pkey PRIMARY KEY (delivery_id, number, event_at);

ALTER TABLE ONLY webhooks.attempts_p20261204
    ADD CONSTRAINT attempts_p20261204_pkey PRIMARY KEY (delivery_id, number, event_at);

ALTER TABLE ONLY webhooks.deliveries
    ADD CONSTRAINT deliveries_pkey PRIMARY KEY (id, event_at);

ALTER TABLE ONLY webhooks.deliveries_default
    ADD CONSTRAINT deliveries_default_pkey PRIMARY KEY (id, event_at);

ALTER TABLE ONLY webhooks.deliveries
    ADD CONSTRAINT deliveries_webhook_id_event_id_key UNIQUE (webhook_id, event_id, event_at);

ALTER TABLE ONLY webhooks.deliveries_default
    ADD CONSTRAINT deliveries_default_webhook_id_event_id_event_at_key UNIQUE (webhook_id, event_id, event_at);

ALTER TABLE ONLY webhooks.deliveries_p20261201
    ADD CONSTRAINT deliveries_p20261201_pkey PRIMARY KEY (id, event_at);

ALTER TABLE ONLY webhooks.deliveries_p20261201
    ADD CONSTRAINT deliveries_p20261201_webhook_id_event_id_event_at_key UNIQUE (webhook_id, event_id, event_at);

ALTER TABLE ONLY webhooks.deliveries_p20261202
    ADD CONSTRAINT deliveries_p20261202_pkey PRIMARY KEY (id, event_at);

ALTER TABLE ONLY webhooks.deliveries_p20261202
    ADD CONSTRAINT deliveries_p20261202_webhook_id_event_id_event_at_key UNIQUE (webhook_id, event_id, event_at);

ALTER TABLE ONLY webhooks.deliveries_p20261203
    ADD CONSTRAINT deliveries_p20261203_pkey PRIMARY KEY (id, event_at);

ALTER TABLE ONLY webhooks.deliveries_p20261203
    ADD CONSTRAINT deliveries_p20261203_webhook_id_event_id_event_at_key UNIQUE (webhook_id, event_id, event_at);

ALTER TABLE ONLY webhooks.deliveries_p20261204
    ADD CONSTRAINT deliveries_p20261204_pkey PRIMARY KEY (id, event_at);

ALTER TABLE ONLY webhooks.deliveries_p20261204
    ADD CONSTRAINT deliveries_p20261204_webhook_id_event_id_event_at_key UNIQUE (webhook_id, event_id, event_at);

ALTER TABLE ONLY webhooks.endpoints
    ADD CONSTRAINT endpoints_pkey PRIMARY KEY (webhook_id);

ALTER TABLE ONLY webhooks.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY webhooks.idempotency_keys_default
    ADD CONSTRAINT idempotency_keys_default_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY webhooks.idempotency_keys_p20261201
    ADD CONSTRAINT idempotency_keys_p20261201_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY webhooks.idempotency_keys_p20261202
    ADD CONSTRAINT idempotency_keys_p20261202_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY webhooks.idempotency_keys_p20261203
    ADD CONSTRAINT idempotency_keys_p20261203_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY webhooks.idempotency_keys_p20261204
    ADD CONSTRAINT idempotency_keys_p20261204_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY webhooks.inbox
    ADD CONSTRAINT inbox_pkey PRIMARY KEY (consumer_group, event_id);

ALTER TABLE ONLY webhooks.jobs
    ADD CONSTRAINT jobs_pkey PRIMARY KEY (id);

ALTER TABLE ONLY webhooks.kysely_migration_lock
    ADD CONSTRAINT kysely_migration_lock_pkey PRIMARY KEY (id);

ALTER TABLE ONLY webhooks.kysely_migration
    ADD CONSTRAINT kysely_migration_pkey PRIMARY KEY (name);

ALTER TABLE ONLY webhooks.lanes
    ADD CONSTRAINT lanes_pkey PRIMARY KEY (webhook_id, is_manual);

ALTER TABLE ONLY webhooks.outbox_lease
    ADD CONSTRAINT outbox_lease_pkey PRIMARY KEY (id);

ALTER TABLE ONLY webhooks.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (id);

ALTER TABLE ONLY webhooks.payloads
    ADD CONSTRAINT payloads_pkey PRIMARY KEY (event_id, event_at);

ALTER TABLE ONLY webhooks.payloads_default
    ADD CONSTRAINT payloads_default_pkey PRIMARY KEY (event_id, event_at);

ALTER TABLE ONLY webhooks.payloads_p20261201
    ADD CONSTRAINT payloads_p20261201_pkey PRIMARY KEY (event_id, event_at);

ALTER TABLE ONLY webhooks.payloads_p20261202
    ADD CONSTRAINT payloads_p20261202_pkey PRIMARY KEY (event_id, event_at);

ALTER TABLE ONLY webhooks.payloads_p20261203
    ADD CONSTRAINT payloads_p20261203_pkey PRIMARY KEY (event_id, event_at);

ALTER TABLE ONLY webhooks.payloads_p20261204
    ADD CONSTRAINT payloads_p20261204_pkey PRIMARY KEY (event_id, event_at);

ALTER TABLE ONLY webhooks.queue
    ADD CONSTRAINT queue_pkey PRIMARY KEY (delivery_id);

ALTER TABLE ONLY webhooks.removals
    ADD CONSTRAINT removals_pkey PRIMARY KEY (webhook_id);

ALTER TABLE ONLY webhooks.suspensions
    ADD CONSTRAINT suspensions_pkey PRIMARY KEY (organization_id);

ALTER TABLE ONLY webhooks.webhooks
    ADD CONSTRAINT webhooks_pkey PRIMARY KEY (id);

CREATE INDEX deliveries_webhook_id_id_idx ON ONLY webhooks.deliveries USING btree (webhook_id, id);

CREATE INDEX deliveries_default_webhook_id_id_idx ON webhooks.deliveries_default USING btree (webhook_id, id);

CREATE INDEX deliveries_webhook_id_status_id_idx ON ONLY webhooks.deliveries USING btree (webhook_id, status, id);

CREATE INDEX deliveries_default_webhook_id_status_id_idx ON webhooks.deliveries_default USING btree (webhook_id, status, id);

CREATE INDEX deliveries_p20261201_webhook_id_id_idx ON webhooks.deliveries_p20261201 USING btree (webhook_id, id);

CREATE INDEX deliveries_p20261201_webhook_id_status_id_idx ON webhooks.deliveries_p20261201 USING btree (webhook_id, status, id);

CREATE INDEX deliveries_p20261202_webhook_id_id_idx ON webhooks.deliveries_p20261202 USING btree (webhook_id, id);

CREATE INDEX deliveries_p20261202_webhook_id_status_id_idx ON webhooks.deliveries_p20261202 USING btree (webhook_id, status, id);

CREATE INDEX deliveries_p20261203_webhook_id_id_idx ON webhooks.deliveries_p20261203 USING btree (webhook_id, id);

CREATE INDEX deliveries_p20261203_webhook_id_status_id_idx ON webhooks.deliveries_p20261203 USING btree (webhook_id, status, id);

CREATE INDEX deliveries_p20261204_webhook_id_id_idx ON webhooks.deliveries_p20261204 USING btree (webhook_id, id);

CREATE INDEX deliveries_p20261204_webhook_id_status_id_idx ON webhooks.deliveries_p20261204 USING btree (webhook_id, status, id);

CREATE INDEX jobs_kind_wake_at_idx ON webhooks.jobs USING btree (kind, wake_at) WHERE (status = ANY (ARRAY['queued'::text, 'running'::text]));

CREATE INDEX jobs_organization_id_kind_id_idx ON webhooks.jobs USING btree (organization_id, kind, id);

CREATE INDEX lanes_next_due_at_idx ON webhooks.lanes USING btree (next_due_at) WHERE (next_due_at IS NOT NULL);

CREATE INDEX outbox_organization_id_id_idx ON webhooks.outbox USING btree (organization_id, id);

CREATE INDEX payloads_organization_id_subject_idx ON ONLY webhooks.payloads USING btree (organization_id, subject) WHERE ((subject IS NOT NULL) AND (body <> '\x'::bytea));

CREATE INDEX payloads_default_organization_id_subject_idx ON webhooks.payloads_default USING btree (organization_id, subject) WHERE ((subject IS NOT NULL) AND (body <> '\x'::bytea));

CREATE INDEX payloads_p20261201_organization_id_subject_idx ON webhooks.payloads_p20261201 USING btree (organization_id, subject) WHERE ((subject IS NOT NULL) AND (body <> '\x'::bytea));

CREATE INDEX payloads_p20261202_organization_id_subject_idx ON webhooks.payloads_p20261202 USING btree (organization_id, subject) WHERE ((subject IS NOT NULL) AND (body <> '\x'::bytea));

CREATE INDEX payloads_p20261203_organization_id_subject_idx ON webhooks.payloads_p20261203 USING btree (organization_id, subject) WHERE ((subject IS NOT NULL) AND (body <> '\x'::bytea));

CREATE INDEX payloads_p20261204_organization_id_subject_idx ON webhooks.payloads_p20261204 USING btree (organization_id, subject) WHERE ((subject IS NOT NULL) AND (body <> '\x'::bytea));

CREATE INDEX queue_webhook_id_is_manual_due_at_idx ON webhooks.queue USING btree (webhook_id, is_manual, due_at, delivery_id);

CREATE INDEX queue_webhook_id_order_key_idx ON webhooks.queue USING btree (webhook_id, order_key, delivery_id) WHERE (order_key IS NOT NULL);

CREATE INDEX suspensions_suspended_idx ON webhooks.suspensions USING btree (organization_id) WHERE is_suspended;

CREATE INDEX webhooks_organization_id_id_idx ON webhooks.webhooks USING btree (organization_id, id) WHERE (deleted_at IS NULL);

ALTER INDEX webhooks.attempts_pkey ATTACH PARTITION webhooks.attempts_default_pkey;

ALTER INDEX webhooks.attempts_pkey ATTACH PARTITION webhooks.attempts_p20261201_pkey;

ALTER INDEX webhooks.attempts_pkey ATTACH PARTITION webhooks.attempts_p20261202_pkey;

ALTER INDEX webhooks.attempts_pkey ATTACH PARTITION webhooks.attempts_p20261203_pkey;

ALTER INDEX webhooks.attempts_pkey ATTACH PARTITION webhooks.attempts_p20261204_pkey;

ALTER INDEX webhooks.deliveries_pkey ATTACH PARTITION webhooks.deliveries_default_pkey;

ALTER INDEX webhooks.deliveries_webhook_id_event_id_key ATTACH PARTITION webhooks.deliveries_default_webhook_id_event_id_event_at_key;

ALTER INDEX webhooks.deliveries_webhook_id_id_idx ATTACH PARTITION webhooks.deliveries_default_webhook_id_id_idx;

ALTER INDEX webhooks.deliveries_webhook_id_status_id_idx ATTACH PARTITION webhooks.deliveries_default_webhook_id_status_id_idx;

ALTER INDEX webhooks.deliveries_pkey ATTACH PARTITION webhooks.deliveries_p20261201_pkey;

ALTER INDEX webhooks.deliveries_webhook_id_event_id_key ATTACH PARTITION webhooks.deliveries_p20261201_webhook_id_event_id_event_at_key;

ALTER INDEX webhooks.deliveries_webhook_id_id_idx ATTACH PARTITION webhooks.deliveries_p20261201_webhook_id_id_idx;

ALTER INDEX webhooks.deliveries_webhook_id_status_id_idx ATTACH PARTITION webhooks.deliveries_p20261201_webhook_id_status_id_idx;

ALTER INDEX webhooks.deliveries_pkey ATTACH PARTITION webhooks.deliveries_p20261202_pkey;

ALTER INDEX webhooks.deliveries_webhook_id_event_id_key ATTACH PARTITION webhooks.deliveries_p20261202_webhook_id_event_id_event_at_key;

ALTER INDEX webhooks.deliveries_webhook_id_id_idx ATTACH PARTITION webhooks.deliveries_p20261202_webhook_id_id_idx;

ALTER INDEX webhooks.deliveries_webhook_id_status_id_idx ATTACH PARTITION webhooks.deliveries_p20261202_webhook_id_status_id_idx;

ALTER INDEX webhooks.deliveries_pkey ATTACH PARTITION webhooks.deliveries_p20261203_pkey;

ALTER INDEX webhooks.deliveries_webhook_id_event_id_key ATTACH PARTITION webhooks.deliveries_p20261203_webhook_id_event_id_event_at_key;

ALTER INDEX webhooks.deliveries_webhook_id_id_idx ATTACH PARTITION webhooks.deliveries_p20261203_webhook_id_id_idx;

ALTER INDEX webhooks.deliveries_webhook_id_status_id_idx ATTACH PARTITION webhooks.deliveries_p20261203_webhook_id_status_id_idx;

ALTER INDEX webhooks.deliveries_pkey ATTACH PARTITION webhooks.deliveries_p20261204_pkey;

ALTER INDEX webhooks.deliveries_webhook_id_event_id_key ATTACH PARTITION webhooks.deliveries_p20261204_webhook_id_event_id_event_at_key;

ALTER INDEX webhooks.deliveries_webhook_id_id_idx ATTACH PARTITION webhooks.deliveries_p20261204_webhook_id_id_idx;

ALTER INDEX webhooks.deliveries_webhook_id_status_id_idx ATTACH PARTITION webhooks.deliveries_p20261204_webhook_id_status_id_idx;

ALTER INDEX webhooks.idempotency_keys_pkey ATTACH PARTITION webhooks.idempotency_keys_default_pkey;

ALTER INDEX webhooks.idempotency_keys_pkey ATTACH PARTITION webhooks.idempotency_keys_p20261201_pkey;

ALTER INDEX webhooks.idempotency_keys_pkey ATTACH PARTITION webhooks.idempotency_keys_p20261202_pkey;

ALTER INDEX webhooks.idempotency_keys_pkey ATTACH PARTITION webhooks.idempotency_keys_p20261203_pkey;

ALTER INDEX webhooks.idempotency_keys_pkey ATTACH PARTITION webhooks.idempotency_keys_p20261204_pkey;

ALTER INDEX webhooks.payloads_organization_id_subject_idx ATTACH PARTITION webhooks.payloads_default_organization_id_subject_idx;

ALTER INDEX webhooks.payloads_pkey ATTACH PARTITION webhooks.payloads_default_pkey;

ALTER INDEX webhooks.payloads_organization_id_subject_idx ATTACH PARTITION webhooks.payloads_p20261201_organization_id_subject_idx;

ALTER INDEX webhooks.payloads_pkey ATTACH PARTITION webhooks.payloads_p20261201_pkey;

ALTER INDEX webhooks.payloads_organization_id_subject_idx ATTACH PARTITION webhooks.payloads_p20261202_organization_id_subject_idx;

ALTER INDEX webhooks.payloads_pkey ATTACH PARTITION webhooks.payloads_p20261202_pkey;

ALTER INDEX webhooks.payloads_organization_id_subject_idx ATTACH PARTITION webhooks.payloads_p20261203_organization_id_subject_idx;

ALTER INDEX webhooks.payloads_pkey ATTACH PARTITION webhooks.payloads_p20261203_pkey;

ALTER INDEX webhooks.payloads_organization_id_subject_idx ATTACH PARTITION webhooks.payloads_p20261204_organization_id_subject_idx;

ALTER INDEX webhooks.payloads_pkey ATTACH PARTITION webhooks.payloads_p20261204_pkey;

CREATE TRIGGER webhooks_raise_revision BEFORE UPDATE ON webhooks.webhooks FOR EACH ROW EXECUTE FUNCTION webhooks.raise_revision();
