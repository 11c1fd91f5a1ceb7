SET statement_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

CREATE FUNCTION identity.expire_audit_events(organization bigint, kept_since timestamp with time zone, most integer) RETURNS bigint
    LANGUAGE plpgsql
    AS $$
      declare
        head audit_heads;
        first_kept bigint;
        last_hash text;
      begin
        select * into head from audit_heads where organization_id = organization for update;
        -- Only from the beginning: a row that stands earlier and happened later keeps those after it.
        select coalesce(min(number) filter (where created_at >= kept_since), max(number) + 1) into first_kept
        from audit_events where organization_id = organization and number <= head.kept_after + most;
        if first_kept is null or first_kept <= head.kept_after + 1 then
          return 0;
        end if;
        select hash into last_hash from audit_events where organization_id = organization and number = first_kept - 1;
        perform set_config('drippulse.audit_retention', 'on', true);
        delete from audit_events where organization_id = organization and number < first_kept;
        perform set_config('drippulse.audit_retention', 'off', true);
        update audit_heads set kept_after = first_kept - 1, kept_hash = last_hash where organization_id = organization;
        return first_kept - 1 - head.kept_after;
      end
    $$;

CREATE FUNCTION identity.pass_names_to_memberships() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    begin
      update memberships set username = new.username, email = new.email
      where identity_id = new.id;
      return null;
    end $$;

CREATE FUNCTION identity.raise_revision() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    begin
      -- Of the stored row: a writer that read the row before may send the number that it read.
      new.revision := old.revision + 1;
      return new;
    end $$;

CREATE FUNCTION identity.refuse_audit_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
      begin
        if tg_op = 'DELETE' and current_setting('drippulse.audit_retention', true) = 'on' then
          return null;
        end if;
        raise exception 'audit_events is append-only' using errcode = 'insufficient_privilege';
      end
    $$;

CREATE FUNCTION identity.take_names_of_identity() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    begin
      if new.identity_id is not null then
        select username, email into strict new.username, new.email
        from identities where id = new.identity_id for share;
      end if;
      return new;
    end $$;

SET default_tablespace = '';

CREATE TABLE identity.account_domains (
    id bigint NOT NULL,
    organization_id bigint NOT NULL,
    domain text NOT NULL,
    token text NOT NULL,
    found boolean DEFAULT false NOT NULL,
    checked_at timestamp with time zone,
    verified_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE identity.account_domains ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME identity.account_domains_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

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
    role text NOT NULL,
    scopes text[],
    key_hash bytea NOT NULL,
    last_four text NOT NULL,
    expires_at timestamp with time zone,
    last_used_at timestamp with time zone,
    revoked_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    revision bigint DEFAULT 1 NOT NULL,
    CONSTRAINT api_keys_mode_check CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text]))),
    CONSTRAINT api_keys_role_check CHECK ((role = ANY (ARRAY['viewer'::text, 'editor'::text, 'admin'::text]))),
    CONSTRAINT api_keys_scopes_check CHECK ((cardinality(scopes) > 0))
);

ALTER TABLE identity.api_keys ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME identity.api_keys_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE identity.audit_events (
    id bigint NOT NULL,
    organization_id bigint NOT NULL,
    number bigint NOT NULL,
    event_id text NOT NULL,
    name text NOT NULL,
    resource_id text,
    actor_type text NOT NULL,
    actor_id text NOT NULL,
    actor_name text,
    before text,
    after text,
    request_id text,
    address text,
    created_at timestamp(3) with time zone NOT NULL,
    hash text NOT NULL
);

ALTER TABLE identity.audit_events ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME identity.audit_events_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE identity.audit_heads (
    organization_id bigint NOT NULL,
    number bigint DEFAULT 0 NOT NULL,
    hash text DEFAULT ''::text NOT NULL,
    kept_after bigint DEFAULT 0 NOT NULL,
    kept_hash text DEFAULT ''::text NOT NULL
)
WITH (fillfactor='80');

CREATE TABLE identity.entitlements (
    organization_id bigint NOT NULL,
    sequence bigint NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL,
    entries_held boolean NOT NULL,
    plan text NOT NULL
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

CREATE TABLE identity.idempotency_keys_p20261201 (
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

CREATE TABLE identity.idempotency_keys_p20261202 (
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

CREATE TABLE identity.idempotency_keys_p20261203 (
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

CREATE TABLE identity.idempotency_keys_p20261204 (
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

CREATE TABLE identity.identities (
    id bigint NOT NULL,
    username text NOT NULL,
    email text NOT NULL,
    email_verified_at timestamp with time zone,
    password_hash text,
    bootstrap_hash text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE identity.identities ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME identity.identities_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE identity.identity_links (
    id bigint NOT NULL,
    identity_id bigint NOT NULL,
    organization_id bigint,
    issuer text NOT NULL,
    subject text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    last_used_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE identity.identity_links ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME identity.identity_links_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE identity.inbox (
    consumer_group text NOT NULL,
    event_id text NOT NULL COLLATE pg_catalog."C"
);

CREATE TABLE identity.jobs (
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

ALTER TABLE identity.jobs ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME identity.jobs_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE identity.kysely_migration (
    name character varying(255) NOT NULL,
    "timestamp" character varying(255) NOT NULL
);

CREATE TABLE identity.kysely_migration_lock (
    id character varying(255) NOT NULL,
    is_locked integer DEFAULT 0 NOT NULL
);

CREATE TABLE identity.login_networks (
    user_id bigint NOT NULL,
    network text NOT NULL,
    last_login_at timestamp with time zone NOT NULL
);

CREATE TABLE identity.mailed_links (
    id bigint NOT NULL,
    kind text NOT NULL,
    member_id bigint,
    identity_id bigint,
    email text NOT NULL,
    token_hash bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT mailed_links_kind_check CHECK ((kind = ANY (ARRAY['invitation'::text, 'password_reset'::text, 'address_change'::text, 'sign_in'::text]))),
    CONSTRAINT mailed_links_owner_check CHECK ((((kind = 'invitation'::text) = (member_id IS NOT NULL)) AND ((member_id IS NULL) = (identity_id IS NOT NULL))))
);

ALTER TABLE identity.mailed_links ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME identity.mailed_links_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE identity.mails (
    id bigint NOT NULL,
    organization_id bigint NOT NULL,
    key text NOT NULL,
    mail json,
    status text DEFAULT 'queued'::text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    error text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    finished_at timestamp with time zone,
    sealed_mail bytea,
    CONSTRAINT mails_mail_check CHECK (((mail IS NULL) = (finished_at IS NOT NULL))),
    CONSTRAINT mails_sealed_mail_check CHECK (((sealed_mail IS NULL) OR (finished_at IS NULL))),
    CONSTRAINT mails_status_check CHECK ((status = ANY (ARRAY['queued'::text, 'sent'::text, 'failed'::text])))
);

ALTER TABLE identity.mails ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME identity.mails_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE identity.memberships (
    id bigint NOT NULL,
    organization_id bigint NOT NULL,
    identity_id bigint,
    username text NOT NULL,
    email text NOT NULL,
    name text,
    role text NOT NULL,
    status text NOT NULL,
    muted_notifications text[] DEFAULT '{}'::text[] NOT NULL,
    last_login_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    revision bigint DEFAULT 1 NOT NULL,
    CONSTRAINT memberships_active_check CHECK (((status <> 'active'::text) OR (identity_id IS NOT NULL))),
    CONSTRAINT memberships_role_check CHECK ((role = ANY (ARRAY['viewer'::text, 'approver'::text, 'editor'::text, 'admin'::text]))),
    CONSTRAINT memberships_status_check CHECK ((status = ANY (ARRAY['active'::text, 'invited'::text, 'disabled'::text])))
);

ALTER TABLE identity.memberships ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME identity.memberships_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE identity.mfa_factors (
    identity_id bigint NOT NULL,
    secret bytea NOT NULL,
    enabled_at timestamp with time zone,
    last_step bigint,
    failures integer DEFAULT 0 NOT NULL,
    failing_since timestamp with time zone,
    created_at timestamp with time zone NOT NULL
);

CREATE TABLE identity.mfa_recovery_codes (
    identity_id bigint NOT NULL,
    code_hash bytea NOT NULL
);

CREATE TABLE identity.organization_deletions (
    organization_id bigint NOT NULL,
    requested_by bigint,
    requested_at timestamp with time zone DEFAULT now() NOT NULL,
    delete_at timestamp with time zone NOT NULL,
    warned_at timestamp with time zone,
    started_at timestamp with time zone,
    reported_at timestamp with time zone,
    erased_at timestamp with time zone,
    sweeps integer DEFAULT 0 NOT NULL,
    next_at timestamp with time zone,
    failures integer DEFAULT 0 NOT NULL,
    fence bigint DEFAULT 0 NOT NULL
);

CREATE TABLE identity.organizations (
    id bigint NOT NULL,
    name text NOT NULL,
    slug text NOT NULL,
    timezone text DEFAULT 'UTC'::text NOT NULL,
    settings json DEFAULT '{}'::json NOT NULL,
    require_mfa boolean DEFAULT false NOT NULL,
    suspended_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    revision bigint DEFAULT 1 NOT NULL
);

ALTER TABLE identity.organizations ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME identity.organizations_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE identity.outbox (
    id bigint NOT NULL,
    organization_id bigint NOT NULL,
    topic text NOT NULL,
    events integer NOT NULL,
    frame bytea NOT NULL,
    traceparent text,
    created_at timestamp with time zone DEFAULT now() NOT NULL
)
WITH (autovacuum_vacuum_threshold='1000', autovacuum_vacuum_scale_factor='0');
ALTER TABLE ONLY identity.outbox ALTER COLUMN frame SET STORAGE EXTERNAL;

ALTER TABLE identity.outbox ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME identity.outbox_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE identity.outbox_lease (
    id boolean DEFAULT true NOT NULL,
    holder uuid,
    locked_until timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    CONSTRAINT outbox_lease_id_check CHECK (id)
);

CREATE TABLE identity.projects (
    id bigint NOT NULL,
    organization_id bigint NOT NULL,
    name text NOT NULL,
    description text,
    color text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    revision bigint DEFAULT 1 NOT NULL
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
    number bigint NOT NULL,
    organization_id bigint NOT NULL,
    user_id bigint NOT NULL,
    identity_id bigint NOT NULL,
    method text NOT NULL,
    device text,
    network text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    last_used_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT sessions_method_check CHECK ((method = ANY (ARRAY['password'::text, 'google'::text, 'sso'::text])))
);

ALTER TABLE identity.sessions ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME identity.sessions_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE identity.sign_ups (
    id bigint NOT NULL,
    organization_name text NOT NULL,
    email text NOT NULL,
    token_hash bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL
);

ALTER TABLE identity.sign_ups ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME identity.sign_ups_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE identity.sso_connections (
    organization_id bigint NOT NULL,
    issuer text NOT NULL,
    client_id text NOT NULL,
    client_secret bytea NOT NULL,
    data_key bytea NOT NULL,
    shown_secret text NOT NULL,
    domains text[] DEFAULT '{}'::text[] NOT NULL,
    default_role text,
    required boolean DEFAULT false NOT NULL,
    groups json DEFAULT '[]'::json NOT NULL,
    tried_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    revision bigint DEFAULT 1 NOT NULL,
    CONSTRAINT sso_connections_default_role_check CHECK ((default_role = ANY (ARRAY['viewer'::text, 'approver'::text, 'editor'::text, 'admin'::text])))
);

CREATE TABLE identity.usage (
    organization_id bigint NOT NULL,
    used bigint NOT NULL,
    period_start timestamp with time zone NOT NULL,
    meter text NOT NULL
)
WITH (fillfactor='50');

CREATE TABLE identity.usage_added (
    id bigint NOT NULL,
    organization_id bigint NOT NULL,
    amount bigint NOT NULL,
    period_start timestamp with time zone NOT NULL,
    meter text NOT NULL
)
WITH (autovacuum_vacuum_threshold='1000', autovacuum_vacuum_scale_factor='0');

ALTER TABLE identity.usage_added ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME identity.usage_added_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE identity.usage_limits (
    organization_id bigint NOT NULL,
    included bigint NOT NULL,
    ceiling bigint NOT NULL,
    meter text NOT NULL
);

CREATE TABLE identity.usage_thresholds (
    organization_id bigint NOT NULL,
    period_start timestamp with time zone NOT NULL,
    threshold integer NOT NULL,
    meter text NOT NULL
);

ALTER TABLE ONLY identity.idempotency_keys ATTACH PARTITION identity.idempotency_keys_default DEFAULT;

ALTER TABLE ONLY identity.idempotency_keys ATTACH PARTITION identity.idempotency_keys_p20261201 FOR VALUES FROM ('2026-12-01 00:00:00+00') TO ('2026-12-02 00:00:00+00');

ALTER TABLE ONLY identity.idempotency_keys ATTACH PARTITION identity.idempotency_keys_p20261202 FOR VALUES FROM ('2026-12-02 00:00:00+00') TO ('2026-12-03 00:00:00+00');

ALTER TABLE ONLY identity.idempotency_keys ATTACH PARTITION identity.idempotency_keys_p20261203 FOR VALUES FROM ('2026-12-03 00:00:00+00') TO ('2026-12-04 00:00:00+00');

ALTER TABLE ONLY identity.idempotency_keys ATTACH PARTITION identity.idempotency_keys_p20261204 FOR VALUES FROM ('2026-12-04 00:00:00+00') TO ('2026-12-05 00:00:00+00');

INSERT INTO identity.api_key_usage VALUES
	(1, '2026-12-01', 5, 0);

INSERT INTO identity.api_keys OVERRIDING SYSTEM VALUE VALUES
	(1, 1, 'First key', 'live', 'admin', NULL, '\x66f8498c7d4b9be83f59541ea4dd6605f05c5c3b679bd4a134b02634fdab92f3', 'Sl91', NULL, '2026-12-01 22:29:47.908+00', NULL, '2026-12-01 22:29:46.704201+00', 1);

INSERT INTO identity.audit_events OVERRIDING SYSTEM VALUE VALUES
	(1, 1, 1, 'evt_01a233ba-7535-7441-b0e5-187c0fa60519', 'workflow.created', '1', 'api_key', '1', 'First key', NULL, '{"id":1,"name":"Kept by an upgrade","status":"active","version":1,"steps":[{"id":"step_77df9e765051","type":"trigger","name":"Start","position":0,"config":{}},{"id":"step_a4ee2c0d2cdf","type":"log","name":"Note","position":1,"config":{"message":"Hello {{ first_name }}","level":"info"}}],"integrations":[],"created_at":"2026-12-01T22:29:47.401Z","mode":"live","goals":[],"re_entry":{"mode":"always"},"priority":50,"class":"marketing"}', '42927e85-4b8c-4b2b-a7aa-64598510591a', '127.0.0.1', '2026-12-01 22:29:47.445+00', '43a0b5d0f884490dd58dbfb9b80de3ca8f55c20b01a2658e5d4956000c6697b9'),
	(2, 1, 2, 'evt_01a233ba-75fe-7d5b-b0c3-e21a90f6ec86', 'webhook.created', '1', 'api_key', '1', 'First key', NULL, '{"id":1,"url":"https://hooks.example.com/drippulse","event_type":"workflow.failed","active":true,"created_at":"2026-12-01T22:29:47.637Z","event_types":["workflow.failed"],"headers":{"x-own":"sealed by the keys of the dump"},"ordered":false,"mode":"live"}', '6f471ae8-ab53-4aae-92d1-503767143f47', '127.0.0.1', '2026-12-01 22:29:47.646+00', 'c6501581aef97800cbf90724c7328d81b3d46c02604da71b514a864eaa62dee2');

INSERT INTO identity.audit_heads VALUES
	(1, 2, 'c6501581aef97800cbf90724c7328d81b3d46c02604da71b514a864eaa62dee2', 0, '');

INSERT INTO identity.identities OVERRIDING SYSTEM VALUE VALUES
	(1, 'admin', 'admin@localhost', NULL, '$argon2id$v=19$m=19456,t=2,p=1$L3P7ElJX+SpzMD5TGsficQ$9ktghf+bOWXBJBO1DZdbigvQ3vmZ4Hb3A3GruB/+SZ4', '$argon2id$v=19$m=19456,t=2,p=1$L3P7ElJX+SpzMD5TGsficQ$9ktghf+bOWXBJBO1DZdbigvQ3vmZ4Hb3A3GruB/+SZ4', '2026-12-01 22:29:46.724+00', '2026-12-01 22:29:46.724+00');

INSERT INTO identity.kysely_migration VALUES
	('2026-12-01-0000-baseline', '2026-12-01T22:29:41.354Z');

INSERT INTO identity.kysely_migration_lock VALUES
	('migration_lock', 0);

INSERT INTO identity.memberships OVERRIDING SYSTEM VALUE VALUES
	(1, 1, 1, 'admin', 'admin@localhost', NULL, 'admin', 'active', '{}', NULL, '2026-12-01 22:29:46.704201+00', '2026-12-01 22:29:46.704201+00', 1);

INSERT INTO identity.organizations OVERRIDING SYSTEM VALUE VALUES
	(1, 'My organization', 'my-organization', 'UTC', '{}', false, NULL, '2026-12-01 22:29:46.704201+00', '2026-12-01 22:29:46.704201+00', 1);

INSERT INTO identity.outbox_lease VALUES
	(true, NULL, '-infinity');

SELECT pg_catalog.setval('identity.account_domains_id_seq', 1, false);

SELECT pg_catalog.setval('identity.api_keys_id_seq', 1, true);

SELECT pg_catalog.setval('identity.audit_events_id_seq', 2, true);

SELECT pg_catalog.setval('identity.identities_id_seq', 1, true);

SELECT pg_catalog.setval('identity.identity_links_id_seq', 1, false);

SELECT pg_catalog.setval('identity.jobs_id_seq', 1, false);

SELECT pg_catalog.setval('identity.mailed_links_id_seq', 1, false);

SELECT pg_catalog.setval('identity.mails_id_seq', 1, false);

SELECT pg_catalog.setval('identity.memberships_id_seq', 1, true);

SELECT pg_catalog.setval('identity.organizations_id_seq', 1, true);

SELECT pg_catalog.setval('identity.outbox_id_seq', 1, false);

SELECT pg_catalog.setval('identity.projects_id_seq', 1, false);

SELECT pg_catalog.setval('identity.sessions_number_seq', 1, false);

SELECT pg_catalog.setval('identity.sign_ups_id_seq', 1, false);

SELECT pg_catalog.setval('identity.usage_added_id_seq', 1, false);

ALTER TABLE ONLY identity.account_domains
    ADD CONSTRAINT account_domains_organization_id_domain_key UNIQUE (organization_id, domain);

ALTER TABLE ONLY identity.account_domains
    ADD CONSTRAINT account_domains_pkey PRIMARY KEY (id);

ALTER TABLE ONLY identity.api_key_usage
    ADD CONSTRAINT api_key_usage_pkey PRIMARY KEY (api_key_id, day);

ALTER TABLE ONLY identity.api_keys
    ADD CONSTRAINT api_keys_key_hash_key UNIQUE (key_hash);

ALTER TABLE ONLY identity.api_keys
    ADD CONSTRAINT api_keys_pkey PRIMARY KEY (id);

ALTER TABLE ONLY identity.audit_events
    ADD CONSTRAINT audit_events_organization_id_event_id_key UNIQUE (organization_id, event_id);

ALTER TABLE ONLY identity.audit_events
    ADD CONSTRAINT audit_events_organization_id_number_key UNIQUE (organization_id, number);

ALTER TABLE ONLY identity.audit_events
    ADD CONSTRAINT audit_events_pkey PRIMARY KEY (id);

ALTER TABLE ONLY identity.audit_heads
    ADD CONSTRAINT audit_heads_pkey PRIMARY KEY (organization_id);

ALTER TABLE ONLY identity.entitlements
    ADD CONSTRAINT entitlements_pkey PRIMARY KEY (organization_id);

ALTER TABLE ONLY identity.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY identity.idempotency_keys_default
    ADD CONSTRAINT idempotency_keys_default_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY identity.idempotency_keys_p20261201
    ADD CONSTRAINT idempotency_keys_p20261201_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY identity.idempotency_keys_p20261202
    ADD CONSTRAINT idempotency_keys_p20261202_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY identity.idempotency_keys_p20261203
    ADD CONSTRAINT idempotency_keys_p20261203_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY identity.idempotency_keys_p20261204
    ADD CONSTRAINT idempotency_keys_p20261204_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY identity.identities
    ADD CONSTRAINT identities_pkey PRIMARY KEY (id);

ALTER TABLE ONLY identity.identity_links
    ADD CONSTRAINT identity_links_pkey PRIMARY KEY (id);

ALTER TABLE ONLY identity.inbox
    ADD CONSTRAINT inbox_pkey PRIMARY KEY (consumer_group, event_id);

ALTER TABLE ONLY identity.jobs
    ADD CONSTRAINT jobs_pkey PRIMARY KEY (id);

ALTER TABLE ONLY identity.kysely_migration_lock
    ADD CONSTRAINT kysely_migration_lock_pkey PRIMARY KEY (id);

ALTER TABLE ONLY identity.kysely_migration
    ADD CONSTRAINT kysely_migration_pkey PRIMARY KEY (name);

ALTER TABLE ONLY identity.login_networks
    ADD CONSTRAINT login_networks_pkey PRIMARY KEY (user_id, network);

ALTER TABLE ONLY identity.mailed_links
    ADD CONSTRAINT mailed_links_identity_id_kind_key UNIQUE (identity_id, kind);

ALTER TABLE ONLY identity.mailed_links
    ADD CONSTRAINT mailed_links_member_id_key UNIQUE (member_id);

ALTER TABLE ONLY identity.mailed_links
    ADD CONSTRAINT mailed_links_pkey PRIMARY KEY (id);

ALTER TABLE ONLY identity.mailed_links
    ADD CONSTRAINT mailed_links_token_hash_key UNIQUE (token_hash);

ALTER TABLE ONLY identity.mails
    ADD CONSTRAINT mails_organization_id_key_key UNIQUE (organization_id, key);

ALTER TABLE ONLY identity.mails
    ADD CONSTRAINT mails_pkey PRIMARY KEY (id);

ALTER TABLE ONLY identity.memberships
    ADD CONSTRAINT memberships_pkey PRIMARY KEY (id);

ALTER TABLE ONLY identity.mfa_factors
    ADD CONSTRAINT mfa_factors_pkey PRIMARY KEY (identity_id);

ALTER TABLE ONLY identity.mfa_recovery_codes
    ADD CONSTRAINT mfa_recovery_codes_pkey PRIMARY KEY (identity_id, code_hash);

ALTER TABLE ONLY identity.organization_deletions
    ADD CONSTRAINT organization_deletions_pkey PRIMARY KEY (organization_id);

ALTER TABLE ONLY identity.organizations
    ADD CONSTRAINT organizations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY identity.organizations
    ADD CONSTRAINT organizations_slug_key UNIQUE (slug);

ALTER TABLE ONLY identity.outbox_lease
    ADD CONSTRAINT outbox_lease_pkey PRIMARY KEY (id);

ALTER TABLE ONLY identity.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (id);

ALTER TABLE ONLY identity.projects
    ADD CONSTRAINT projects_pkey PRIMARY KEY (id);

ALTER TABLE ONLY identity.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY identity.sign_ups
    ADD CONSTRAINT sign_ups_pkey PRIMARY KEY (id);

ALTER TABLE ONLY identity.sign_ups
    ADD CONSTRAINT sign_ups_token_hash_key UNIQUE (token_hash);

ALTER TABLE ONLY identity.sso_connections
    ADD CONSTRAINT sso_connections_pkey PRIMARY KEY (organization_id);

ALTER TABLE ONLY identity.usage_added
    ADD CONSTRAINT usage_added_pkey PRIMARY KEY (id);

ALTER TABLE ONLY identity.usage_limits
    ADD CONSTRAINT usage_limits_pkey PRIMARY KEY (organization_id, meter);

ALTER TABLE ONLY identity.usage
    ADD CONSTRAINT usage_pkey PRIMARY KEY (organization_id, meter, period_start);

ALTER TABLE ONLY identity.usage_thresholds
    ADD CONSTRAINT usage_thresholds_pkey PRIMARY KEY (organization_id, meter, period_start, threshold);

CREATE INDEX account_domains_organization_id_id_idx ON identity.account_domains USING btree (organization_id, id);

CREATE UNIQUE INDEX account_domains_verified_key ON identity.account_domains USING btree (domain) WHERE (verified_at IS NOT NULL);

CREATE INDEX api_key_usage_day_idx ON identity.api_key_usage USING btree (day);

CREATE INDEX api_keys_organization_id_id_idx ON identity.api_keys USING btree (organization_id, id);

CREATE INDEX api_keys_organization_id_live_idx ON identity.api_keys USING btree (organization_id, id) WHERE (revoked_at IS NULL);

CREATE INDEX audit_events_created_idx ON identity.audit_events USING btree (created_at);

CREATE INDEX audit_events_organization_idx ON identity.audit_events USING btree (organization_id, id);

CREATE INDEX audit_events_resource_idx ON identity.audit_events USING btree (organization_id, resource_id, id);

CREATE INDEX identities_email_idx ON identity.identities USING btree (lower(email));

CREATE INDEX identities_updated_at_idx ON identity.identities USING btree (updated_at);

CREATE UNIQUE INDEX identities_username_key ON identity.identities USING btree (username);

CREATE INDEX identity_links_identity_id_idx ON identity.identity_links USING btree (identity_id);

CREATE UNIQUE INDEX identity_links_issuer_subject_key ON identity.identity_links USING btree (issuer, subject, COALESCE(organization_id, (0)::bigint));

CREATE INDEX identity_links_organization_id_idx ON identity.identity_links USING btree (organization_id);

CREATE INDEX jobs_kind_wake_at_idx ON identity.jobs USING btree (kind, wake_at) WHERE (status = ANY (ARRAY['queued'::text, 'running'::text]));

CREATE INDEX jobs_organization_id_kind_id_idx ON identity.jobs USING btree (organization_id, kind, id);

CREATE INDEX login_networks_last_login_at_idx ON identity.login_networks USING btree (last_login_at);

CREATE INDEX mailed_links_expires_at_idx ON identity.mailed_links USING btree (expires_at);

CREATE INDEX mails_finished_at_idx ON identity.mails USING btree (finished_at);

CREATE INDEX memberships_identity_id_idx ON identity.memberships USING btree (identity_id);

CREATE INDEX memberships_invited_idx ON identity.memberships USING btree (organization_id, id) WHERE (status = 'invited'::text);

CREATE INDEX memberships_organization_id_admins_idx ON identity.memberships USING btree (organization_id, id) WHERE ((role = 'admin'::text) AND (status = 'active'::text));

CREATE UNIQUE INDEX memberships_organization_id_email_key ON identity.memberships USING btree (organization_id, lower(email));

CREATE INDEX memberships_organization_id_id_idx ON identity.memberships USING btree (organization_id, id);

CREATE UNIQUE INDEX memberships_organization_id_identity_id_key ON identity.memberships USING btree (organization_id, identity_id);

CREATE INDEX memberships_username_idx ON identity.memberships USING btree (username);

CREATE INDEX organization_deletions_next_at_idx ON identity.organization_deletions USING btree (next_at);

CREATE INDEX outbox_organization_id_id_idx ON identity.outbox USING btree (organization_id, id);

CREATE INDEX projects_organization_id_id_idx ON identity.projects USING btree (organization_id, id);

CREATE INDEX sessions_expires_at_idx ON identity.sessions USING btree (expires_at);

CREATE INDEX sessions_identity_id_idx ON identity.sessions USING btree (identity_id);

CREATE INDEX sessions_user_id_idx ON identity.sessions USING btree (user_id);

CREATE INDEX sign_ups_email_idx ON identity.sign_ups USING btree (lower(email));

CREATE INDEX sign_ups_expires_at_idx ON identity.sign_ups USING btree (expires_at);

CREATE INDEX usage_added_organization_id_meter_period_start_idx ON identity.usage_added USING btree (organization_id, meter, period_start);

ALTER INDEX identity.idempotency_keys_pkey ATTACH PARTITION identity.idempotency_keys_default_pkey;

ALTER INDEX identity.idempotency_keys_pkey ATTACH PARTITION identity.idempotency_keys_p20261201_pkey;

ALTER INDEX identity.idempotency_keys_pkey ATTACH PARTITION identity.idempotency_keys_p20261202_pkey;

ALTER INDEX identity.idempotency_keys_pkey ATTACH PARTITION identity.idempotency_keys_p20261203_pkey;

ALTER INDEX identity.idempotency_keys_pkey ATTACH PARTITION identity.idempotency_keys_p20261204_pkey;

CREATE TRIGGER api_keys_raise_revision BEFORE UPDATE ON identity.api_keys FOR EACH ROW WHEN (((old.* *<> new.*) AND (NOT (new.last_used_at IS DISTINCT FROM old.last_used_at)))) EXECUTE FUNCTION identity.raise_revision();

CREATE TRIGGER audit_events_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON identity.audit_events FOR EACH STATEMENT EXECUTE FUNCTION identity.refuse_audit_change();

CREATE TRIGGER identities_pass_names AFTER UPDATE OF username, email ON identity.identities FOR EACH ROW WHEN (((old.username IS DISTINCT FROM new.username) OR (old.email IS DISTINCT FROM new.email))) EXECUTE FUNCTION identity.pass_names_to_memberships();

CREATE TRIGGER memberships_raise_revision BEFORE UPDATE ON identity.memberships FOR EACH ROW WHEN (((old.* *<> new.*) AND (NOT (new.last_login_at IS DISTINCT FROM old.last_login_at)))) EXECUTE FUNCTION identity.raise_revision();

CREATE TRIGGER memberships_take_names BEFORE INSERT OR UPDATE OF identity_id ON identity.memberships FOR EACH ROW EXECUTE FUNCTION identity.take_names_of_identity();

CREATE TRIGGER organizations_raise_revision BEFORE UPDATE ON identity.organizations FOR EACH ROW EXECUTE FUNCTION identity.raise_revision();

CREATE TRIGGER projects_raise_revision BEFORE UPDATE ON identity.projects FOR EACH ROW EXECUTE FUNCTION identity.raise_revision();

CREATE TRIGGER sso_connections_raise_revision BEFORE UPDATE ON identity.sso_connections FOR EACH ROW WHEN (((old.* *<> new.*) AND (NOT (new.tried_at IS DISTINCT FROM old.tried_at)))) EXECUTE FUNCTION identity.raise_revision();

ALTER TABLE ONLY identity.account_domains
    ADD CONSTRAINT account_domains_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES identity.organizations(id);

ALTER TABLE ONLY identity.api_key_usage
    ADD CONSTRAINT api_key_usage_api_key_id_fkey FOREIGN KEY (api_key_id) REFERENCES identity.api_keys(id) ON DELETE CASCADE;

ALTER TABLE ONLY identity.api_keys
    ADD CONSTRAINT api_keys_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES identity.organizations(id);

ALTER TABLE ONLY identity.identity_links
    ADD CONSTRAINT identity_links_identity_id_fkey FOREIGN KEY (identity_id) REFERENCES identity.identities(id) ON DELETE CASCADE;

ALTER TABLE ONLY identity.identity_links
    ADD CONSTRAINT identity_links_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES identity.organizations(id);

ALTER TABLE ONLY identity.login_networks
    ADD CONSTRAINT login_networks_user_id_fkey FOREIGN KEY (user_id) REFERENCES identity.memberships(id) ON DELETE CASCADE;

ALTER TABLE ONLY identity.mailed_links
    ADD CONSTRAINT mailed_links_identity_id_fkey FOREIGN KEY (identity_id) REFERENCES identity.identities(id) ON DELETE CASCADE;

ALTER TABLE ONLY identity.mailed_links
    ADD CONSTRAINT mailed_links_member_id_fkey FOREIGN KEY (member_id) REFERENCES identity.memberships(id) ON DELETE CASCADE;

ALTER TABLE ONLY identity.memberships
    ADD CONSTRAINT memberships_identity_id_fkey FOREIGN KEY (identity_id) REFERENCES identity.identities(id);

ALTER TABLE ONLY identity.memberships
    ADD CONSTRAINT memberships_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES identity.organizations(id);

ALTER TABLE ONLY identity.mfa_factors
    ADD CONSTRAINT mfa_factors_identity_id_fkey FOREIGN KEY (identity_id) REFERENCES identity.identities(id) ON DELETE CASCADE;

ALTER TABLE ONLY identity.mfa_recovery_codes
    ADD CONSTRAINT mfa_recovery_codes_identity_id_fkey FOREIGN KEY (identity_id) REFERENCES identity.mfa_factors(identity_id) ON DELETE CASCADE;

ALTER TABLE ONLY identity.projects
    ADD CONSTRAINT projects_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES identity.organizations(id);

ALTER TABLE ONLY identity.sessions
    ADD CONSTRAINT sessions_identity_id_fkey FOREIGN KEY (identity_id) REFERENCES identity.identities(id) ON DELETE CASCADE;

ALTER TABLE ONLY identity.sessions
    ADD CONSTRAINT sessions_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES identity.organizations(id);

ALTER TABLE ONLY identity.sessions
    ADD CONSTRAINT sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES identity.memberships(id) ON DELETE CASCADE;

ALTER TABLE ONLY identity.sso_connections
    ADD CONSTRAINT sso_connections_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES identity.organizations(id);
