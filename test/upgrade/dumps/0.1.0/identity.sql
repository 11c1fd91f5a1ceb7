SET statement_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

SET default_tablespace = '';

CREATE TABLE identity.api_key_usage (
    api_key_id bigint NOT NULL,
    day date NOT NULL,
    requests bigint NOT NULL,
    errors bigint NOT NULL
);

CREATE TABLE identity.api_keys (
    id bigint NOT NULL,
    organization_id bigint NOT NULL,
    name text,
    mode text NOT NULL,
    key_hash bytea NOT NULL,
    last_four text NOT NULL,
    expires_at timestamp with time zone,
    last_used_at timestamp with time zone,
    revoked_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT api_keys_mode_check CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text])))
);

ALTER TABLE identity.api_keys ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME identity.api_keys_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE identity.idempotency_keys (
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

CREATE TABLE identity.idempotency_keys_default (
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

CREATE TABLE identity.idempotency_keys_p20261126 (
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

CREATE TABLE identity.idempotency_keys_p20261127 (
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

CREATE TABLE identity.idempotency_keys_p20261128 (
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

CREATE TABLE identity.idempotency_keys_p20261129 (
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

CREATE TABLE identity.kysely_migration (
    name character varying(255) NOT NULL,
    "timestamp" character varying(255) NOT NULL
);

CREATE TABLE identity.kysely_migration_lock (
    id character varying(255) NOT NULL,
    is_locked integer DEFAULT 0 NOT NULL
);

CREATE TABLE identity.organizations (
    id bigint NOT NULL,
    name text NOT NULL,
    slug text NOT NULL,
    timezone text DEFAULT 'UTC'::text NOT NULL,
    settings json DEFAULT '{}'::json NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE identity.organizations ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME identity.organizations_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE identity.projects (
    id bigint NOT NULL,
    organization_id bigint NOT NULL,
    name text NOT NULL,
    description text,
    color text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE identity.projects ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME identity.projects_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE identity.sessions (
    id uuid NOT NULL,
    organization_id bigint NOT NULL,
    user_id bigint NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone
);

CREATE TABLE identity.users (
    id bigint NOT NULL,
    organization_id bigint NOT NULL,
    username text NOT NULL,
    email text NOT NULL,
    name text,
    role text NOT NULL,
    status text NOT NULL,
    password_hash text,
    bootstrap_hash text,
    last_login_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT users_role_check CHECK ((role = ANY (ARRAY['viewer'::text, 'approver'::text, 'editor'::text, 'admin'::text]))),
    CONSTRAINT users_status_check CHECK ((status = ANY (ARRAY['active'::text, 'invited'::text, 'disabled'::text])))
);

ALTER TABLE identity.users ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME identity.users_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE ONLY identity.idempotency_keys ATTACH PARTITION identity.idempotency_keys_default DEFAULT;

ALTER TABLE ONLY identity.idempotency_keys ATTACH PARTITION identity.idempotency_keys_p20261126 FOR VALUES FROM ('2026-11-26 00:00:00+00') TO ('2026-11-27 00:00:00+00');

ALTER TABLE ONLY identity.idempotency_keys ATTACH PARTITION identity.idempotency_keys_p20261127 FOR VALUES FROM ('2026-11-27 00:00:00+00') TO ('2026-11-28 00:00:00+00');

ALTER TABLE ONLY identity.idempotency_keys ATTACH PARTITION identity.idempotency_keys_p20261128 FOR VALUES FROM ('2026-11-28 00:00:00+00') TO ('2026-11-29 00:00:00+00');

ALTER TABLE ONLY identity.idempotency_keys ATTACH PARTITION identity.idempotency_keys_p20261129 FOR VALUES FROM ('2026-11-29 00:00:00+00') TO ('2026-11-30 00:00:00+00');

INSERT INTO identity.api_key_usage VALUES
	(1, '2026-11-26', 5, 0);

INSERT INTO identity.api_keys OVERRIDING SYSTEM VALUE VALUES
	(1, 1, 'First key', 'live', '\xd0cb48454061dbbfe4d702c165e867908bdb882cacc05ea5ee744810c67100b2', 'ZOn1', NULL, '2026-11-26 18:34:53.707+00', NULL, '2026-11-26 18:34:52.546279+00');

INSERT INTO identity.kysely_migration VALUES
	('2026-11-25-0900-identity', '2026-11-26T18:34:47.465Z');

INSERT INTO identity.kysely_migration_lock VALUES
	('migration_lock', 0);

INSERT INTO identity.organizations OVERRIDING SYSTEM VALUE VALUES
	(1, 'My organization', 'my-organization', 'UTC', '{}', '2026-11-26 18:34:52.546279+00', '2026-11-26 18:34:52.546279+00');

INSERT INTO identity.users OVERRIDING SYSTEM VALUE VALUES
	(1, 1, 'admin', 'admin@localhost', NULL, 'admin', 'active', '$argon2id$v=19$m=19456,t=2,p=1$EpHjk3OTIcM3Ouz6wxpvHg$rHKSUMRflDKTvvZm79OT2wdKlUgXklPKaG4YvXXQ6Kk', '$argon2id$v=19$m=19456,t=2,p=1$EpHjk3OTIcM3Ouz6wxpvHg$rHKSUMRflDKTvvZm79OT2wdKlUgXklPKaG4YvXXQ6Kk', NULL, '2026-11-26 18:34:52.546279+00', '2026-11-26 18:34:52.546279+00');

SELECT pg_catalog.setval('identity.api_keys_id_seq', 1, true);

SELECT pg_catalog.setval('identity.organizations_id_seq', 1, true);

SELECT pg_catalog.setval('identity.projects_id_seq', 1, false);

SELECT pg_catalog.setval('identity.users_id_seq', 1, true);

ALTER TABLE ONLY identity.api_key_usage
    ADD CONSTRAINT api_key_usage_pkey PRIMARY KEY (api_key_id, day);

ALTER TABLE ONLY identity.api_keys
    ADD CONSTRAINT api_keys_key_hash_key UNIQUE (key_hash);

ALTER TABLE ONLY identity.api_keys
    ADD CONSTRAINT api_keys_pkey PRIMARY KEY (id);

ALTER TABLE ONLY identity.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY identity.idempotency_keys_default
    ADD CONSTRAINT idempotency_keys_default_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY identity.idempotency_keys_p20261126
    ADD CONSTRAINT idempotency_keys_p20261126_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY identity.idempotency_keys_p20261127
    ADD CONSTRAINT idempotency_keys_p20261127_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY identity.idempotency_keys_p20261128
    ADD CONSTRAINT idempotency_keys_p20261128_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY identity.idempotency_keys_p20261129
    ADD CONSTRAINT idempotency_keys_p20261129_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY identity.kysely_migration_lock
    ADD CONSTRAINT kysely_migration_lock_pkey PRIMARY KEY (id);

ALTER TABLE ONLY identity.kysely_migration
    ADD CONSTRAINT kysely_migration_pkey PRIMARY KEY (name);

ALTER TABLE ONLY identity.organizations
    ADD CONSTRAINT organizations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY identity.organizations
    ADD CONSTRAINT organizations_slug_key UNIQUE (slug);

ALTER TABLE ONLY identity.projects
    ADD CONSTRAINT projects_pkey PRIMARY KEY (id);

ALTER TABLE ONLY identity.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY identity.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);

CREATE INDEX api_key_usage_day_idx ON identity.api_key_usage USING btree (day);

CREATE INDEX api_keys_organization_id_id_idx ON identity.api_keys USING btree (organization_id, id);

CREATE INDEX api_keys_organization_id_live_idx ON identity.api_keys USING btree (organization_id, id) WHERE (revoked_at IS NULL);

CREATE INDEX projects_organization_id_id_idx ON identity.projects USING btree (organization_id, id);

CREATE INDEX sessions_expires_at_idx ON identity.sessions USING btree (expires_at);

CREATE INDEX sessions_user_id_idx ON identity.sessions USING btree (user_id);

CREATE INDEX users_organization_id_admins_idx ON identity.users USING btree (organization_id, id) WHERE ((role = 'admin'::text) AND (status = 'active'::text));

CREATE UNIQUE INDEX users_organization_id_email_key ON identity.users USING btree (organization_id, lower(email));

CREATE INDEX users_organization_id_id_idx ON identity.users USING btree (organization_id, id);

CREATE UNIQUE INDEX users_username_key ON identity.users USING btree (lower(username));

ALTER INDEX identity.idempotency_keys_pkey ATTACH PARTITION identity.idempotency_keys_default_pkey;

ALTER INDEX identity.idempotency_keys_pkey ATTACH PARTITION identity.idempotency_keys_p20261126_pkey;

ALTER INDEX identity.idempotency_keys_pkey ATTACH PARTITION identity.idempotency_keys_p20261127_pkey;

ALTER INDEX identity.idempotency_keys_pkey ATTACH PARTITION identity.idempotency_keys_p20261128_pkey;

ALTER INDEX identity.idempotency_keys_pkey ATTACH PARTITION identity.idempotency_keys_p20261129_pkey;

ALTER TABLE ONLY identity.api_key_usage
    ADD CONSTRAINT api_key_usage_api_key_id_fkey FOREIGN KEY (api_key_id) REFERENCES identity.api_keys(id) ON DELETE CASCADE;

ALTER TABLE ONLY identity.api_keys
    ADD CONSTRAINT api_keys_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES identity.organizations(id);

ALTER TABLE ONLY identity.projects
    ADD CONSTRAINT projects_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES identity.organizations(id);

ALTER TABLE ONLY identity.sessions
    ADD CONSTRAINT sessions_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES identity.organizations(id);

ALTER TABLE ONLY identity.sessions
    ADD CONSTRAINT sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES identity.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY identity.users
    ADD CONSTRAINT users_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES identity.organizations(id);
