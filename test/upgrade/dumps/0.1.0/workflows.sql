SET statement_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

CREATE FUNCTION workflows.raise_revision() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    begin
      -- Of the stored row: a writer that read the row before may send the number that it read.
      new.revision := old.revision + 1;
      return new;
    end $$;

SET default_tablespace = '';

CREATE TABLE workflows.deleted_projects (
    organization_id bigint NOT NULL,
    project_id bigint NOT NULL,
    reassigned_to bigint,
    deleted_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE workflows.idempotency_keys (
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

CREATE TABLE workflows.idempotency_keys_default (
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

CREATE TABLE workflows.idempotency_keys_p20261201 (
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

CREATE TABLE workflows.idempotency_keys_p20261202 (
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

CREATE TABLE workflows.idempotency_keys_p20261203 (
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

CREATE TABLE workflows.idempotency_keys_p20261204 (
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

CREATE TABLE workflows.inbox (
    consumer_group text NOT NULL,
    event_id text NOT NULL COLLATE pg_catalog."C"
);

CREATE TABLE workflows.kysely_migration (
    name character varying(255) NOT NULL,
    "timestamp" character varying(255) NOT NULL
);

CREATE TABLE workflows.kysely_migration_lock (
    id character varying(255) NOT NULL,
    is_locked integer DEFAULT 0 NOT NULL
);

CREATE TABLE workflows.outbox (
    id bigint NOT NULL,
    organization_id bigint NOT NULL,
    topic text NOT NULL,
    events integer NOT NULL,
    frame bytea NOT NULL,
    traceparent text,
    created_at timestamp with time zone DEFAULT now() NOT NULL
)
WITH (autovacuum_vacuum_threshold='1000', autovacuum_vacuum_scale_factor='0');
ALTER TABLE ONLY workflows.outbox ALTER COLUMN frame SET STORAGE EXTERNAL;

ALTER TABLE workflows.outbox ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME workflows.outbox_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE workflows.outbox_lease (
    id boolean DEFAULT true NOT NULL,
    holder uuid,
    locked_until timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    CONSTRAINT outbox_lease_id_check CHECK (id)
);

CREATE TABLE workflows.workflow_versions (
    workflow_id bigint NOT NULL,
    version integer NOT NULL,
    steps json NOT NULL,
    sealed bytea,
    settings text NOT NULL,
    step_count integer NOT NULL,
    actor_type text NOT NULL,
    actor_id text NOT NULL,
    created_at timestamp with time zone NOT NULL
);

CREATE TABLE workflows.workflows (
    id bigint NOT NULL,
    organization_id bigint NOT NULL,
    mode text NOT NULL,
    project_id bigint,
    name text NOT NULL,
    description text,
    status text NOT NULL,
    version integer NOT NULL,
    integrations json NOT NULL,
    sequence bigint NOT NULL,
    change bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    deleted_at timestamp with time zone,
    revision bigint DEFAULT 1 NOT NULL,
    CONSTRAINT workflows_mode_check CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text]))),
    CONSTRAINT workflows_status_check CHECK ((status = ANY (ARRAY['draft'::text, 'active'::text, 'paused'::text, 'archived'::text])))
);

CREATE SEQUENCE workflows.workflows_change_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER TABLE workflows.workflows ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME workflows.workflows_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE ONLY workflows.idempotency_keys ATTACH PARTITION workflows.idempotency_keys_default DEFAULT;

ALTER TABLE ONLY workflows.idempotency_keys ATTACH PARTITION workflows.idempotency_keys_p20261201 FOR VALUES FROM ('2026-12-01 00:00:00+00') TO ('2026-12-02 00:00:00+00');

ALTER TABLE ONLY workflows.idempotency_keys ATTACH PARTITION workflows.idempotency_keys_p20261202 FOR VALUES FROM ('2026-12-02 00:00:00+00') TO ('2026-12-03 00:00:00+00');

ALTER TABLE ONLY workflows.idempotency_keys ATTACH PARTITION workflows.idempotency_keys_p20261203 FOR VALUES FROM ('2026-12-03 00:00:00+00') TO ('2026-12-04 00:00:00+00');

ALTER TABLE ONLY workflows.idempotency_keys ATTACH PARTITION workflows.idempotency_keys_p20261204 FOR VALUES FROM ('2026-12-04 00:00:00+00') TO ('2026-12-05 00:00:00+00');

INSERT INTO workflows.kysely_migration VALUES
	('2026-12-01-0000-baseline', '2026-12-01T22:29:41.972Z');

INSERT INTO workflows.kysely_migration_lock VALUES
	('migration_lock', 0);

INSERT INTO workflows.outbox_lease VALUES
	(true, 'f4aed07e-fa7c-4180-8f5a-da3f3cc24298', '2026-12-01 22:29:48.343271+00');

INSERT INTO workflows.workflow_versions VALUES
	(1, 1, '[{"id":"step_77df9e765051","type":"trigger","name":"Start","position":0,"config":{}},{"id":"step_a4ee2c0d2cdf","type":"log","name":"Note","position":1,"config":{"message":"Hello {{ first_name }}","level":"info"}}]', NULL, '{}', 2, 'api_key', '1', '2026-12-01 22:29:47.401+00');

INSERT INTO workflows.workflows OVERRIDING SYSTEM VALUE VALUES
	(1, 1, 'live', NULL, 'Kept by an upgrade', NULL, 'active', 1, '[]', 1, 1, '2026-12-01 22:29:47.401+00', '2026-12-01 22:29:47.401+00', NULL, 1);

SELECT pg_catalog.setval('workflows.outbox_id_seq', 2, true);

SELECT pg_catalog.setval('workflows.workflows_change_seq', 1, true);

SELECT pg_catalog.setval('workflows.workflows_id_seq', 1, true);

ALTER TABLE ONLY workflows.deleted_projects
    ADD CONSTRAINT deleted_projects_pkey PRIMARY KEY (organization_id, project_id);

ALTER TABLE ONLY workflows.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY workflows.idempotency_keys_default
    ADD CONSTRAINT idempotency_keys_default_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY workflows.idempotency_keys_p20261201
    ADD CONSTRAINT idempotency_keys_p20261201_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY workflows.idempotency_keys_p20261202
    ADD CONSTRAINT idempotency_keys_p20261202_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY workflows.idempotency_keys_p20261203
    ADD CONSTRAINT idempotency_keys_p20261203_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY workflows.idempotency_keys_p20261204
    ADD CONSTRAINT idempotency_keys_p20261204_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY workflows.inbox
    ADD CONSTRAINT inbox_pkey PRIMARY KEY (consumer_group, event_id);

ALTER TABLE ONLY workflows.kysely_migration_lock
    ADD CONSTRAINT kysely_migration_lock_pkey PRIMARY KEY (id);

ALTER TABLE ONLY workflows.kysely_migration
    ADD CONSTRAINT kysely_migration_pkey PRIMARY KEY (name);

ALTER TABLE ONLY workflows.outbox_lease
    ADD CONSTRAINT outbox_lease_pkey PRIMARY KEY (id);

ALTER TABLE ONLY workflows.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (id);

ALTER TABLE ONLY workflows.workflow_versions
    ADD CONSTRAINT workflow_versions_pkey PRIMARY KEY (workflow_id, version);

ALTER TABLE ONLY workflows.workflows
    ADD CONSTRAINT workflows_pkey PRIMARY KEY (id);

CREATE INDEX outbox_organization_id_id_idx ON workflows.outbox USING btree (organization_id, id);

CREATE UNIQUE INDEX workflows_change_key ON workflows.workflows USING btree (change);

CREATE INDEX workflows_live_organization_id_id_idx ON workflows.workflows USING btree (organization_id, id) WHERE ((deleted_at IS NULL) AND (mode = 'live'::text));

CREATE INDEX workflows_live_organization_id_name_id_idx ON workflows.workflows USING btree (organization_id, lower("left"(name, 100)) COLLATE "C", id) INCLUDE (status, project_id) WHERE ((deleted_at IS NULL) AND (mode = 'live'::text));

CREATE INDEX workflows_live_organization_id_project_id_id_idx ON workflows.workflows USING btree (organization_id, project_id, id) WHERE ((deleted_at IS NULL) AND (mode = 'live'::text));

CREATE INDEX workflows_live_organization_id_project_id_status_id_idx ON workflows.workflows USING btree (organization_id, project_id, status, id) WHERE ((deleted_at IS NULL) AND (mode = 'live'::text));

CREATE INDEX workflows_live_organization_id_status_id_idx ON workflows.workflows USING btree (organization_id, status, id) WHERE ((deleted_at IS NULL) AND (mode = 'live'::text));

CREATE INDEX workflows_live_organization_id_updated_at_id_idx ON workflows.workflows USING btree (organization_id, updated_at, id) INCLUDE (status, project_id) WHERE ((deleted_at IS NULL) AND (mode = 'live'::text));

CREATE INDEX workflows_organization_id_id_idx ON workflows.workflows USING btree (organization_id, id) WHERE (deleted_at IS NULL);

CREATE INDEX workflows_organization_id_lower_name_idx ON workflows.workflows USING gin (organization_id, lower(name) public.gin_trgm_ops) WHERE (deleted_at IS NULL);

CREATE INDEX workflows_organization_id_project_id_id_idx ON workflows.workflows USING btree (organization_id, project_id, id) WHERE (deleted_at IS NULL);

CREATE INDEX workflows_test_organization_id_id_idx ON workflows.workflows USING btree (organization_id, id) WHERE ((deleted_at IS NULL) AND (mode = 'test'::text));

CREATE INDEX workflows_test_organization_id_name_id_idx ON workflows.workflows USING btree (organization_id, lower("left"(name, 100)) COLLATE "C", id) INCLUDE (status, project_id) WHERE ((deleted_at IS NULL) AND (mode = 'test'::text));

CREATE INDEX workflows_test_organization_id_project_id_id_idx ON workflows.workflows USING btree (organization_id, project_id, id) WHERE ((deleted_at IS NULL) AND (mode = 'test'::text));

CREATE INDEX workflows_test_organization_id_project_id_status_id_idx ON workflows.workflows USING btree (organization_id, project_id, status, id) WHERE ((deleted_at IS NULL) AND (mode = 'test'::text));

CREATE INDEX workflows_test_organization_id_status_id_idx ON workflows.workflows USING btree (organization_id, status, id) WHERE ((deleted_at IS NULL) AND (mode = 'test'::text));

CREATE INDEX workflows_test_organization_id_updated_at_id_idx ON workflows.workflows USING btree (organization_id, updated_at, id) INCLUDE (status, project_id) WHERE ((deleted_at IS NULL) AND (mode = 'test'::text));

ALTER INDEX workflows.idempotency_keys_pkey ATTACH PARTITION workflows.idempotency_keys_default_pkey;

ALTER INDEX workflows.idempotency_keys_pkey ATTACH PARTITION workflows.idempotency_keys_p20261201_pkey;

ALTER INDEX workflows.idempotency_keys_pkey ATTACH PARTITION workflows.idempotency_keys_p20261202_pkey;

ALTER INDEX workflows.idempotency_keys_pkey ATTACH PARTITION workflows.idempotency_keys_p20261203_pkey;

ALTER INDEX workflows.idempotency_keys_pkey ATTACH PARTITION workflows.idempotency_keys_p20261204_pkey;

CREATE STATISTICS workflows.workflows_lower_name_start_stats ON (lower("left"(name, 100)) COLLATE "C") FROM workflows.workflows;

CREATE STATISTICS workflows.workflows_lower_name_stats ON lower(name) FROM workflows.workflows;

CREATE TRIGGER workflows_raise_revision BEFORE UPDATE ON workflows.workflows FOR EACH ROW EXECUTE FUNCTION workflows.raise_revision();

ALTER TABLE ONLY workflows.workflow_versions
    ADD CONSTRAINT workflow_versions_workflow_id_fkey FOREIGN KEY (workflow_id) REFERENCES workflows.workflows(id);
