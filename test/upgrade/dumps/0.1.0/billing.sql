SET statement_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

CREATE FUNCTION billing.raise_revision() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    begin
      -- Of the stored row: a writer that read the row before may send the number that it read.
      new.revision := old.revision + 1;
      return new;
    end $$;

SET default_tablespace = '';

CREATE TABLE billing.customers (
    organization_id bigint NOT NULL,
    stripe_customer_id text,
    state json NOT NULL,
    metered text[] DEFAULT '{}'::text[] NOT NULL,
    sequence bigint DEFAULT 0 NOT NULL,
    past_due_since timestamp with time zone,
    dunning_step integer DEFAULT 0 NOT NULL,
    marks bigint DEFAULT 0 NOT NULL,
    fetched_marks bigint DEFAULT 0 NOT NULL,
    mark_source text,
    due_at timestamp with time zone NOT NULL,
    failures integer DEFAULT 0 NOT NULL,
    leased_until timestamp with time zone,
    fence bigint DEFAULT 0 NOT NULL,
    fetched_at timestamp with time zone,
    usage_due_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT customers_mark_source_check CHECK ((mark_source = ANY (ARRAY['hook'::text, 'write'::text, 'return'::text, 'sweep'::text])))
)
WITH (fillfactor='80');

CREATE TABLE billing.hooks (
    id text NOT NULL,
    type text NOT NULL,
    stripe_customer_id text,
    by_sweep boolean NOT NULL,
    received_at timestamp with time zone NOT NULL
);

CREATE TABLE billing.idempotency_keys (
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

CREATE TABLE billing.idempotency_keys_default (
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

CREATE TABLE billing.idempotency_keys_p20261201 (
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

CREATE TABLE billing.idempotency_keys_p20261202 (
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

CREATE TABLE billing.idempotency_keys_p20261203 (
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

CREATE TABLE billing.idempotency_keys_p20261204 (
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

CREATE TABLE billing.inbox (
    consumer_group text NOT NULL,
    event_id text NOT NULL COLLATE pg_catalog."C"
);

CREATE TABLE billing.jobs (
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

ALTER TABLE billing.jobs ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME billing.jobs_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE billing.kysely_migration (
    name character varying(255) NOT NULL,
    "timestamp" character varying(255) NOT NULL
);

CREATE TABLE billing.kysely_migration_lock (
    id character varying(255) NOT NULL,
    is_locked integer DEFAULT 0 NOT NULL
);

CREATE TABLE billing.mails (
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

ALTER TABLE billing.mails ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME billing.mails_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE billing.metered_hours (
    organization_id bigint NOT NULL,
    meter text NOT NULL,
    hour timestamp with time zone NOT NULL,
    quantity bigint NOT NULL,
    sent_quantity bigint DEFAULT 0 NOT NULL,
    sends integer DEFAULT 0 NOT NULL,
    due_at timestamp with time zone NOT NULL,
    failures integer DEFAULT 0 NOT NULL
);

CREATE TABLE billing.metered_months (
    organization_id bigint NOT NULL,
    meter text NOT NULL,
    month timestamp with time zone NOT NULL,
    used bigint NOT NULL,
    charged bigint DEFAULT 0 NOT NULL,
    is_final boolean DEFAULT false NOT NULL
);

CREATE TABLE billing.operations (
    id bigint NOT NULL,
    organization_id bigint NOT NULL,
    key uuid NOT NULL,
    kind text NOT NULL,
    input json NOT NULL,
    status text DEFAULT 'pending'::text NOT NULL,
    result json,
    error text,
    actor_type text NOT NULL,
    actor_id text NOT NULL,
    request_id text NOT NULL,
    address text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    generation integer DEFAULT 0 NOT NULL,
    due_at timestamp with time zone NOT NULL,
    leased_until timestamp with time zone,
    fence bigint DEFAULT 0 NOT NULL,
    is_reported boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    CONSTRAINT operations_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'done'::text, 'refused'::text, 'abandoned'::text])))
);

ALTER TABLE billing.operations ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME billing.operations_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE billing.outbox (
    id bigint NOT NULL,
    organization_id bigint NOT NULL,
    topic text NOT NULL,
    events integer NOT NULL,
    frame bytea NOT NULL,
    traceparent text,
    created_at timestamp with time zone DEFAULT now() NOT NULL
)
WITH (autovacuum_vacuum_threshold='1000', autovacuum_vacuum_scale_factor='0');
ALTER TABLE ONLY billing.outbox ALTER COLUMN frame SET STORAGE EXTERNAL;

ALTER TABLE billing.outbox ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME billing.outbox_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE billing.outbox_lease (
    id boolean DEFAULT true NOT NULL,
    holder uuid,
    locked_until timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    CONSTRAINT outbox_lease_id_check CHECK (id)
);

CREATE TABLE billing.pushed_entitlements (
    organization_id bigint NOT NULL,
    sequence bigint NOT NULL,
    content json NOT NULL
);

CREATE TABLE billing.pushes (
    organization_id bigint NOT NULL,
    service text NOT NULL,
    wanted_sequence bigint NOT NULL,
    pushed_sequence bigint DEFAULT 0 NOT NULL,
    failures integer DEFAULT 0 NOT NULL,
    due_at timestamp with time zone NOT NULL
);

CREATE TABLE billing.settings (
    organization_id bigint NOT NULL,
    billing_email text,
    tax_id text,
    address json,
    spend_cap_cents bigint,
    copied_revision bigint DEFAULT 0 NOT NULL,
    copy_due_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    revision bigint DEFAULT 1 NOT NULL
);

CREATE TABLE billing.sweeps (
    id integer NOT NULL,
    due_at timestamp with time zone NOT NULL,
    seen_until bigint NOT NULL,
    CONSTRAINT sweeps_id_check CHECK ((id = 1))
);

CREATE TABLE billing.thresholds (
    organization_id bigint NOT NULL,
    meter text NOT NULL,
    period_start timestamp with time zone NOT NULL,
    threshold integer NOT NULL,
    reached_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY billing.idempotency_keys ATTACH PARTITION billing.idempotency_keys_default DEFAULT;

ALTER TABLE ONLY billing.idempotency_keys ATTACH PARTITION billing.idempotency_keys_p20261201 FOR VALUES FROM ('2026-12-01 00:00:00+00') TO ('2026-12-02 00:00:00+00');

ALTER TABLE ONLY billing.idempotency_keys ATTACH PARTITION billing.idempotency_keys_p20261202 FOR VALUES FROM ('2026-12-02 00:00:00+00') TO ('2026-12-03 00:00:00+00');

ALTER TABLE ONLY billing.idempotency_keys ATTACH PARTITION billing.idempotency_keys_p20261203 FOR VALUES FROM ('2026-12-03 00:00:00+00') TO ('2026-12-04 00:00:00+00');

ALTER TABLE ONLY billing.idempotency_keys ATTACH PARTITION billing.idempotency_keys_p20261204 FOR VALUES FROM ('2026-12-04 00:00:00+00') TO ('2026-12-05 00:00:00+00');

INSERT INTO billing.kysely_migration VALUES
	('2026-12-01-0000-baseline', '2026-12-01T22:29:45.195Z');

INSERT INTO billing.kysely_migration_lock VALUES
	('migration_lock', 0);

INSERT INTO billing.outbox_lease VALUES
	(true, NULL, '-infinity');

SELECT pg_catalog.setval('billing.jobs_id_seq', 1, false);

SELECT pg_catalog.setval('billing.mails_id_seq', 1, false);

SELECT pg_catalog.setval('billing.operations_id_seq', 1, false);

SELECT pg_catalog.setval('billing.outbox_id_seq', 1, false);

ALTER TABLE ONLY billing.customers
    ADD CONSTRAINT customers_pkey PRIMARY KEY (organization_id);

ALTER TABLE ONLY billing.hooks
    ADD CONSTRAINT hooks_pkey PRIMARY KEY (id);

ALTER TABLE ONLY billing.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY billing.idempotency_keys_default
    ADD CONSTRAINT idempotency_keys_default_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY billing.idempotency_keys_p20261201
    ADD CONSTRAINT idempotency_keys_p20261201_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY billing.idempotency_keys_p20261202
    ADD CONSTRAINT idempotency_keys_p20261202_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY billing.idempotency_keys_p20261203
    ADD CONSTRAINT idempotency_keys_p20261203_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY billing.idempotency_keys_p20261204
    ADD CONSTRAINT idempotency_keys_p20261204_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY billing.inbox
    ADD CONSTRAINT inbox_pkey PRIMARY KEY (consumer_group, event_id);

ALTER TABLE ONLY billing.jobs
    ADD CONSTRAINT jobs_pkey PRIMARY KEY (id);

ALTER TABLE ONLY billing.kysely_migration_lock
    ADD CONSTRAINT kysely_migration_lock_pkey PRIMARY KEY (id);

ALTER TABLE ONLY billing.kysely_migration
    ADD CONSTRAINT kysely_migration_pkey PRIMARY KEY (name);

ALTER TABLE ONLY billing.mails
    ADD CONSTRAINT mails_organization_id_key_key UNIQUE (organization_id, key);

ALTER TABLE ONLY billing.mails
    ADD CONSTRAINT mails_pkey PRIMARY KEY (id);

ALTER TABLE ONLY billing.metered_hours
    ADD CONSTRAINT metered_hours_pkey PRIMARY KEY (organization_id, meter, hour);

ALTER TABLE ONLY billing.metered_months
    ADD CONSTRAINT metered_months_pkey PRIMARY KEY (organization_id, meter, month);

ALTER TABLE ONLY billing.operations
    ADD CONSTRAINT operations_organization_id_key_key UNIQUE (organization_id, key);

ALTER TABLE ONLY billing.operations
    ADD CONSTRAINT operations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY billing.outbox_lease
    ADD CONSTRAINT outbox_lease_pkey PRIMARY KEY (id);

ALTER TABLE ONLY billing.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (id);

ALTER TABLE ONLY billing.pushed_entitlements
    ADD CONSTRAINT pushed_entitlements_pkey PRIMARY KEY (organization_id);

ALTER TABLE ONLY billing.pushes
    ADD CONSTRAINT pushes_pkey PRIMARY KEY (organization_id, service);

ALTER TABLE ONLY billing.settings
    ADD CONSTRAINT settings_pkey PRIMARY KEY (organization_id);

ALTER TABLE ONLY billing.sweeps
    ADD CONSTRAINT sweeps_pkey PRIMARY KEY (id);

ALTER TABLE ONLY billing.thresholds
    ADD CONSTRAINT thresholds_pkey PRIMARY KEY (organization_id, meter, period_start, threshold);

CREATE INDEX customers_due_at_idx ON billing.customers USING btree (due_at) WHERE (marks > fetched_marks);

CREATE INDEX customers_fetched_at_idx ON billing.customers USING btree (fetched_at) WHERE (stripe_customer_id IS NOT NULL);

CREATE INDEX customers_past_due_since_idx ON billing.customers USING btree (past_due_since) WHERE (past_due_since IS NOT NULL);

CREATE UNIQUE INDEX customers_stripe_customer_id_idx ON billing.customers USING btree (stripe_customer_id);

CREATE INDEX hooks_received_at_idx ON billing.hooks USING btree (received_at);

CREATE INDEX jobs_kind_wake_at_idx ON billing.jobs USING btree (kind, wake_at) WHERE (status = ANY (ARRAY['queued'::text, 'running'::text]));

CREATE INDEX jobs_organization_id_kind_id_idx ON billing.jobs USING btree (organization_id, kind, id);

CREATE INDEX mails_finished_at_idx ON billing.mails USING btree (finished_at);

CREATE INDEX metered_hours_due_at_idx ON billing.metered_hours USING btree (due_at) WHERE (sent_quantity <> quantity);

CREATE INDEX metered_hours_hour_idx ON billing.metered_hours USING btree (hour);

CREATE INDEX metered_months_month_idx ON billing.metered_months USING btree (month);

CREATE INDEX operations_due_at_idx ON billing.operations USING btree (due_at) WHERE (status = 'pending'::text);

CREATE INDEX operations_finished_at_idx ON billing.operations USING btree (finished_at) WHERE (status <> 'pending'::text);

CREATE UNIQUE INDEX operations_pending_idx ON billing.operations USING btree (organization_id) WHERE (status = 'pending'::text);

CREATE INDEX outbox_organization_id_id_idx ON billing.outbox USING btree (organization_id, id);

CREATE INDEX pushes_due_at_idx ON billing.pushes USING btree (due_at) WHERE (pushed_sequence < wanted_sequence);

CREATE INDEX settings_copy_due_at_idx ON billing.settings USING btree (copy_due_at) WHERE (copied_revision < revision);

CREATE INDEX settings_spend_cap_cents_idx ON billing.settings USING btree (organization_id) WHERE (spend_cap_cents > 0);

CREATE INDEX thresholds_reached_at_idx ON billing.thresholds USING btree (reached_at);

ALTER INDEX billing.idempotency_keys_pkey ATTACH PARTITION billing.idempotency_keys_default_pkey;

ALTER INDEX billing.idempotency_keys_pkey ATTACH PARTITION billing.idempotency_keys_p20261201_pkey;

ALTER INDEX billing.idempotency_keys_pkey ATTACH PARTITION billing.idempotency_keys_p20261202_pkey;

ALTER INDEX billing.idempotency_keys_pkey ATTACH PARTITION billing.idempotency_keys_p20261203_pkey;

ALTER INDEX billing.idempotency_keys_pkey ATTACH PARTITION billing.idempotency_keys_p20261204_pkey;

CREATE TRIGGER settings_raise_revision BEFORE UPDATE ON billing.settings FOR EACH ROW WHEN (((old.* *<> new.*) AND (NOT (new.copied_revision IS DISTINCT FROM old.copied_revision)) AND (NOT (new.copy_due_at IS DISTINCT FROM old.copy_due_at)))) EXECUTE FUNCTION billing.raise_revision();
