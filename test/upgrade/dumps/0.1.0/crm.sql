SET statement_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

CREATE FUNCTION crm.blank_change_events(organization bigint, records uuid[], columns text[]) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'crm'
    AS $$
      declare
        blanked bigint;
      begin
        perform set_config('drippulse.blanking', 'on', true);
        update change_events set changes = blanked_changes(changes, columns)
        where organization_id = organization and record_id = any(records)
          and changes::text <> blanked_changes(changes, columns)::text;
        get diagnostics blanked = row_count;
        perform set_config('drippulse.blanking', 'off', true);
        return blanked;
      end
    $$;

CREATE FUNCTION crm.blanked_changes(changes json, columns text[]) RETURNS json
    LANGUAGE sql IMMUTABLE
    AS $$
      select coalesce(
        json_object_agg(key, case when key = any(columns) then '{"before":null,"after":null}'::json else value end), '{}')
      from json_each(changes)
    $$;

CREATE FUNCTION crm.count_gone_contacts() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    begin
      
    insert into usage_added (organization_id, meter, period_start, amount)
    select organization_id, 'contacts', '-infinity', -1 * count(*) from gone as changed
    where changed.deleted_at is null group by organization_id;
      return null;
    end $$;

CREATE FUNCTION crm.count_marked_contacts() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    begin
      insert into usage_added (organization_id, meter, period_start, amount)
      values (new.organization_id, 'contacts', '-infinity', case when new.deleted_at is null then 1 else -1 end);
      return null;
    end $$;

CREATE FUNCTION crm.count_new_contacts() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    begin
      
    insert into usage_added (organization_id, meter, period_start, amount)
    select organization_id, 'contacts', '-infinity', 1 * count(*) from added as changed
    where changed.deleted_at is null group by organization_id;
      return null;
    end $$;

CREATE FUNCTION crm.erase_change_events(organization bigint, most integer) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'crm'
    AS $$
      declare
        erased bigint;
      begin
        perform set_config('drippulse.erasing', 'on', true);
        delete from change_events where ctid = any (array(
          select ctid from change_events where organization_id = organization limit most));
        get diagnostics erased = row_count;
        perform set_config('drippulse.erasing', 'off', true);
        return erased;
      end
    $$;

CREATE FUNCTION crm.phone_key(phone text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN NULLIF("substring"(regexp_replace(regexp_replace(replace(phone, '(0)'::text, ''::text), '[^0-9]'::text, ''::text, 'g'::text), '^00'::text, ''::text), '^[0-9]{7,}$'::text), ''::text);

CREATE FUNCTION crm.raise_revision() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    begin
      -- Of the stored row: a writer that read the row before may send the number that it read.
      new.revision := old.revision + 1;
      return new;
    end $$;

CREATE FUNCTION crm.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
      begin
        if tg_op = 'UPDATE' and current_setting('drippulse.blanking', true) = 'on' then
          return null;
        end if;
        if tg_op = 'DELETE' and current_setting('drippulse.erasing', true) = 'on' then
          return null;
        end if;
        raise exception 'change_events is append-only' using errcode = 'insufficient_privilege';
      end
    $$;

CREATE FUNCTION crm.refuse_more_than_blanking() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
      begin
        if (to_jsonb(new) - 'changes') = (to_jsonb(old) - 'changes')
          and new.changes::jsonb = blanked_changes(old.changes, array(
            select key from json_each(new.changes) where value::jsonb = '{"before":null,"after":null}'))::jsonb
        then
          return new;
        end if;
        raise exception 'change_events is append-only' using errcode = 'insufficient_privilege';
      end
    $$;

SET default_tablespace = '';

CREATE TABLE crm.accounts (
    id uuid NOT NULL,
    public_id text NOT NULL,
    organization_id bigint NOT NULL,
    sequence bigint NOT NULL,
    name text NOT NULL,
    domain text,
    website text,
    industry text,
    phone text,
    description text,
    owner_id bigint,
    external_system text,
    external_id text,
    custom json NOT NULL,
    search text GENERATED ALWAYS AS (((('XX'::text || replace(lower(COALESCE(name, ''::text)), ' '::text, 'Q'::text)) || 'XX'::text) || replace(lower(COALESCE(domain, ''::text)), ' '::text, 'Q'::text))) STORED NOT NULL,
    created_at timestamp(3) with time zone NOT NULL,
    updated_at timestamp(3) with time zone NOT NULL,
    deleted_at timestamp(3) with time zone,
    revision bigint DEFAULT 1 NOT NULL
);

CREATE TABLE crm.activities (
    id uuid NOT NULL,
    public_id text NOT NULL,
    organization_id bigint NOT NULL,
    sequence bigint NOT NULL,
    kind text NOT NULL,
    subject text,
    body text,
    due_at timestamp(3) with time zone,
    completed_at timestamp(3) with time zone,
    account_id uuid,
    contact_id uuid,
    lead_id uuid,
    opportunity_id uuid,
    owner_id bigint,
    external_system text,
    external_id text,
    custom json NOT NULL,
    search text GENERATED ALWAYS AS (((('XX'::text || replace(lower(COALESCE(subject, ''::text)), ' '::text, 'Q'::text)) || 'XX'::text) || replace(lower(COALESCE(body, ''::text)), ' '::text, 'Q'::text))) STORED NOT NULL,
    created_at timestamp(3) with time zone NOT NULL,
    updated_at timestamp(3) with time zone NOT NULL,
    deleted_at timestamp(3) with time zone,
    revision bigint DEFAULT 1 NOT NULL,
    CONSTRAINT activities_kind_check CHECK ((kind = ANY (ARRAY['call'::text, 'email'::text, 'meeting'::text, 'note'::text, 'task'::text])))
);

CREATE TABLE crm.change_events (
    id bigint NOT NULL,
    organization_id bigint NOT NULL,
    record_type text NOT NULL,
    record_id uuid NOT NULL,
    record_public_id text NOT NULL,
    action text NOT NULL,
    actor_type text NOT NULL,
    actor_id text NOT NULL,
    changes json NOT NULL,
    request_id text,
    at timestamp(3) with time zone NOT NULL
);

ALTER TABLE crm.change_events ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME crm.change_events_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE crm.contacts (
    id uuid NOT NULL,
    public_id text NOT NULL,
    organization_id bigint NOT NULL,
    sequence bigint NOT NULL,
    email text,
    first_name text,
    last_name text,
    title text,
    phone text,
    account_id uuid,
    merged_into_id uuid,
    erased_at timestamp(3) with time zone,
    owner_id bigint,
    external_system text,
    external_id text,
    custom json NOT NULL,
    search text GENERATED ALWAYS AS (((('XX'::text || replace(lower(COALESCE(email, ''::text)), ' '::text, 'Q'::text)) || 'XX'::text) || replace(lower(COALESCE(phone, ''::text)), ' '::text, 'Q'::text))) STORED NOT NULL,
    names text GENERATED ALWAYS AS (((('XX'::text || replace(lower(COALESCE(first_name, ''::text)), ' '::text, 'Q'::text)) || 'XX'::text) || replace(lower(COALESCE(last_name, ''::text)), ' '::text, 'Q'::text))) STORED NOT NULL,
    created_at timestamp(3) with time zone NOT NULL,
    updated_at timestamp(3) with time zone NOT NULL,
    deleted_at timestamp(3) with time zone,
    revision bigint DEFAULT 1 NOT NULL
);

CREATE TABLE crm.custom_fields (
    id bigint NOT NULL,
    organization_id bigint NOT NULL,
    record_type text NOT NULL,
    key text NOT NULL,
    label text NOT NULL,
    type text NOT NULL,
    options text[] NOT NULL,
    required boolean NOT NULL,
    created_at timestamp(3) with time zone NOT NULL,
    updated_at timestamp(3) with time zone NOT NULL,
    revision bigint DEFAULT 1 NOT NULL,
    CONSTRAINT custom_fields_type_check CHECK ((type = ANY (ARRAY['text'::text, 'number'::text, 'boolean'::text, 'date'::text, 'select'::text])))
);

ALTER TABLE crm.custom_fields ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME crm.custom_fields_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE crm.entitlements (
    organization_id bigint NOT NULL,
    sequence bigint NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL,
    entries_held boolean NOT NULL,
    plan text NOT NULL
);

CREATE TABLE crm.erasures (
    organization_id bigint NOT NULL,
    contact_id uuid NOT NULL,
    identity bytea,
    erased_at timestamp(3) with time zone NOT NULL
);

CREATE TABLE crm.idempotency_keys (
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

CREATE TABLE crm.idempotency_keys_default (
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

CREATE TABLE crm.idempotency_keys_p20261201 (
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

CREATE TABLE crm.idempotency_keys_p20261202 (
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

CREATE TABLE crm.idempotency_keys_p20261203 (
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

CREATE TABLE crm.idempotency_keys_p20261204 (
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

CREATE TABLE crm.import_batches (
    upload_id uuid NOT NULL,
    batch integer NOT NULL,
    organization_id bigint NOT NULL,
    rows json NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE crm.inbound_messages (
    organization_id bigint NOT NULL,
    purpose text NOT NULL,
    id_hash bytea NOT NULL,
    received_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

CREATE TABLE crm.inbound_secrets (
    organization_id bigint NOT NULL,
    purpose text NOT NULL,
    slug text NOT NULL,
    secret bytea NOT NULL,
    previous_secret bytea,
    previous_secret_until timestamp(3) with time zone,
    created_at timestamp(3) with time zone NOT NULL
);

CREATE TABLE crm.inbox (
    consumer_group text NOT NULL,
    event_id text NOT NULL COLLATE pg_catalog."C"
);

CREATE TABLE crm.jobs (
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

ALTER TABLE crm.jobs ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME crm.jobs_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE crm.kysely_migration (
    name character varying(255) NOT NULL,
    "timestamp" character varying(255) NOT NULL
);

CREATE TABLE crm.kysely_migration_lock (
    id character varying(255) NOT NULL,
    is_locked integer DEFAULT 0 NOT NULL
);

CREATE TABLE crm.lead_form_submissions (
    form_id bigint NOT NULL,
    submission_key bytea NOT NULL,
    organization_id bigint NOT NULL,
    id uuid NOT NULL,
    lead_id uuid,
    workflow_id bigint,
    cause text,
    enroll_at timestamp with time zone,
    attempts integer DEFAULT 0 NOT NULL,
    created_at timestamp with time zone NOT NULL
);

CREATE TABLE crm.lead_forms (
    id bigint NOT NULL,
    organization_id bigint NOT NULL,
    mode text NOT NULL,
    token text NOT NULL,
    name text NOT NULL,
    title text,
    description text,
    fields json NOT NULL,
    submit_label text NOT NULL,
    thank_you_text text NOT NULL,
    redirect_url text,
    source text NOT NULL,
    workflow_id bigint,
    hcaptcha_required boolean NOT NULL,
    active boolean NOT NULL,
    submission_count bigint DEFAULT 0 NOT NULL,
    last_submitted_at timestamp with time zone,
    last_enrollment_error text,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    deleted_at timestamp with time zone,
    revision bigint DEFAULT 1 NOT NULL,
    CONSTRAINT lead_forms_mode_check CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text])))
);

ALTER TABLE crm.lead_forms ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME crm.lead_forms_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE crm.leads (
    id uuid NOT NULL,
    public_id text NOT NULL,
    organization_id bigint NOT NULL,
    sequence bigint NOT NULL,
    email text,
    first_name text,
    last_name text,
    company_name text,
    title text,
    phone text,
    status text NOT NULL,
    source text,
    score double precision,
    converted_at timestamp(3) with time zone,
    contact_id uuid,
    merged_into_id uuid,
    erased_at timestamp(3) with time zone,
    owner_id bigint,
    external_system text,
    external_id text,
    custom json NOT NULL,
    search text GENERATED ALWAYS AS (((((('XX'::text || replace(lower(COALESCE(email, ''::text)), ' '::text, 'Q'::text)) || 'XX'::text) || replace(lower(COALESCE(company_name, ''::text)), ' '::text, 'Q'::text)) || 'XX'::text) || replace(lower(COALESCE(phone, ''::text)), ' '::text, 'Q'::text))) STORED NOT NULL,
    names text GENERATED ALWAYS AS (((('XX'::text || replace(lower(COALESCE(first_name, ''::text)), ' '::text, 'Q'::text)) || 'XX'::text) || replace(lower(COALESCE(last_name, ''::text)), ' '::text, 'Q'::text))) STORED NOT NULL,
    created_at timestamp(3) with time zone NOT NULL,
    updated_at timestamp(3) with time zone NOT NULL,
    deleted_at timestamp(3) with time zone,
    revision bigint DEFAULT 1 NOT NULL,
    CONSTRAINT leads_status_check CHECK ((status = ANY (ARRAY['new'::text, 'working'::text, 'qualified'::text, 'unqualified'::text, 'converted'::text])))
);

CREATE TABLE crm.merges (
    id bigint NOT NULL,
    organization_id bigint NOT NULL,
    record_type text NOT NULL,
    survivor_id uuid NOT NULL,
    survivor_public_id text NOT NULL,
    merged_ids uuid[] NOT NULL,
    merged_public_ids text[] NOT NULL,
    moved_links bigint NOT NULL,
    undo jsonb,
    actor_type text NOT NULL,
    actor_id text NOT NULL,
    created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
    undone_at timestamp(3) with time zone,
    CONSTRAINT merges_record_type_check CHECK ((record_type = ANY (ARRAY['contact'::text, 'lead'::text])))
);

ALTER TABLE crm.merges ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME crm.merges_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE crm.operator_activities (
    id bigint NOT NULL,
    organization_id bigint NOT NULL,
    mode text NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    actor_type text NOT NULL,
    actor_id text NOT NULL,
    plan_id uuid,
    goal text,
    workflow_id bigint,
    lead_form_id bigint,
    created_at timestamp(3) with time zone NOT NULL
);

ALTER TABLE crm.operator_activities ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME crm.operator_activities_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE crm.operator_plans (
    organization_id bigint NOT NULL,
    id uuid NOT NULL,
    mode text NOT NULL,
    goal text NOT NULL,
    answers json NOT NULL,
    operations json NOT NULL,
    status text NOT NULL,
    created_at timestamp(3) with time zone NOT NULL,
    expires_at timestamp(3) with time zone NOT NULL,
    applied_at timestamp(3) with time zone
);

CREATE TABLE crm.opportunities (
    id uuid NOT NULL,
    public_id text NOT NULL,
    organization_id bigint NOT NULL,
    sequence bigint NOT NULL,
    name text NOT NULL,
    status text NOT NULL,
    pipeline_id uuid NOT NULL,
    pipeline_stage_id uuid NOT NULL,
    stage_position bigint NOT NULL,
    amount_cents bigint,
    currency text,
    expected_close_at timestamp(3) with time zone,
    closed_at timestamp(3) with time zone,
    description text,
    account_id uuid,
    contact_id uuid,
    owner_id bigint,
    external_system text,
    external_id text,
    custom json NOT NULL,
    search text GENERATED ALWAYS AS (((('XX'::text || replace(lower(COALESCE(name, ''::text)), ' '::text, 'Q'::text)) || 'XX'::text) || replace(lower(COALESCE(public_id, ''::text)), ' '::text, 'Q'::text))) STORED NOT NULL,
    created_at timestamp(3) with time zone NOT NULL,
    updated_at timestamp(3) with time zone NOT NULL,
    deleted_at timestamp(3) with time zone,
    revision bigint DEFAULT 1 NOT NULL,
    CONSTRAINT opportunities_status_check CHECK ((status = ANY (ARRAY['open'::text, 'won'::text, 'lost'::text])))
);

CREATE TABLE crm.opportunity_pipeline_preferences (
    organization_id bigint NOT NULL,
    user_id bigint NOT NULL,
    pipeline_id uuid NOT NULL
);

CREATE TABLE crm.opportunity_pipeline_stages (
    id uuid NOT NULL,
    organization_id bigint NOT NULL,
    pipeline_id uuid NOT NULL,
    name text NOT NULL,
    stage_type text NOT NULL,
    "position" integer NOT NULL,
    deleted_at timestamp(3) with time zone,
    CONSTRAINT opportunity_pipeline_stages_stage_type_check CHECK ((stage_type = ANY (ARRAY['open'::text, 'won'::text, 'lost'::text])))
);

CREATE TABLE crm.opportunity_pipelines (
    id uuid NOT NULL,
    organization_id bigint NOT NULL,
    user_id bigint,
    name text NOT NULL,
    created_at timestamp(3) with time zone NOT NULL,
    updated_at timestamp(3) with time zone NOT NULL,
    deleted_at timestamp(3) with time zone,
    revision bigint DEFAULT 1 NOT NULL
);

CREATE TABLE crm.outbox (
    id bigint NOT NULL,
    organization_id bigint NOT NULL,
    topic text NOT NULL,
    events integer NOT NULL,
    frame bytea NOT NULL,
    traceparent text,
    created_at timestamp with time zone DEFAULT now() NOT NULL
)
WITH (autovacuum_vacuum_threshold='1000', autovacuum_vacuum_scale_factor='0');
ALTER TABLE ONLY crm.outbox ALTER COLUMN frame SET STORAGE EXTERNAL;

ALTER TABLE crm.outbox ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME crm.outbox_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE crm.outbox_lease (
    id boolean DEFAULT true NOT NULL,
    holder uuid,
    locked_until timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    CONSTRAINT outbox_lease_id_check CHECK (id)
);

CREATE TABLE crm.tombstone_keys (
    organization_id bigint NOT NULL,
    sealed_key bytea NOT NULL
);

CREATE TABLE crm.tombstones (
    organization_id bigint NOT NULL,
    digest bytea NOT NULL,
    contact_id uuid NOT NULL
);

CREATE TABLE crm.usage (
    organization_id bigint NOT NULL,
    used bigint NOT NULL,
    period_start timestamp with time zone NOT NULL,
    meter text NOT NULL
)
WITH (fillfactor='50');

CREATE TABLE crm.usage_added (
    id bigint NOT NULL,
    organization_id bigint NOT NULL,
    amount bigint NOT NULL,
    period_start timestamp with time zone NOT NULL,
    meter text NOT NULL
)
WITH (autovacuum_vacuum_threshold='1000', autovacuum_vacuum_scale_factor='0');

ALTER TABLE crm.usage_added ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME crm.usage_added_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE crm.usage_limits (
    organization_id bigint NOT NULL,
    included bigint NOT NULL,
    ceiling bigint NOT NULL,
    meter text NOT NULL
);

CREATE TABLE crm.usage_thresholds (
    organization_id bigint NOT NULL,
    period_start timestamp with time zone NOT NULL,
    threshold integer NOT NULL,
    meter text NOT NULL
);

ALTER TABLE ONLY crm.idempotency_keys ATTACH PARTITION crm.idempotency_keys_default DEFAULT;

ALTER TABLE ONLY crm.idempotency_keys ATTACH PARTITION crm.idempotency_keys_p20261201 FOR VALUES FROM ('2026-12-01 00:00:00+00') TO ('2026-12-02 00:00:00+00');

ALTER TABLE ONLY crm.idempotency_keys ATTACH PARTITION crm.idempotency_keys_p20261202 FOR VALUES FROM ('2026-12-02 00:00:00+00') TO ('2026-12-03 00:00:00+00');

ALTER TABLE ONLY crm.idempotency_keys ATTACH PARTITION crm.idempotency_keys_p20261203 FOR VALUES FROM ('2026-12-03 00:00:00+00') TO ('2026-12-04 00:00:00+00');

ALTER TABLE ONLY crm.idempotency_keys ATTACH PARTITION crm.idempotency_keys_p20261204 FOR VALUES FROM ('2026-12-04 00:00:00+00') TO ('2026-12-05 00:00:00+00');

INSERT INTO crm.change_events OVERRIDING SYSTEM VALUE VALUES
	(1, 1, 'contact', '01a233ba-7620-7243-85fd-e2a33a1aa69a', 'cnt_08f161e1caad82cce78c9e98', 'created', 'api_key', '1', '{"email":{"before":null,"after":"ada@example.com"},"first_name":{"before":null,"after":"Ada"},"custom":{"before":null,"after":{}}}', 'ad6dc5f0-0dcc-4e04-8cb7-28bab33f9a8c', '2026-12-01 22:29:47.68+00');

INSERT INTO crm.contacts VALUES
	('01a233ba-7620-7243-85fd-e2a33a1aa69a', 'cnt_08f161e1caad82cce78c9e98', 1, 1, 'ada@example.com', 'Ada', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{}', DEFAULT, DEFAULT, '2026-12-01 22:29:47.68+00', '2026-12-01 22:29:47.68+00', NULL, 1);

INSERT INTO crm.kysely_migration VALUES
	('2026-12-01-0000-baseline', '2026-12-01T22:29:44.055Z');

INSERT INTO crm.kysely_migration_lock VALUES
	('migration_lock', 0);

INSERT INTO crm.outbox_lease VALUES
	(true, '150cc5d6-ec75-4387-a87c-0e0e19fa613c', '2026-12-01 22:29:48.233979+00');

INSERT INTO crm.usage_added OVERRIDING SYSTEM VALUE VALUES
	(1, 1, 1, '-infinity', 'contacts');

SELECT pg_catalog.setval('crm.change_events_id_seq', 1, true);

SELECT pg_catalog.setval('crm.custom_fields_id_seq', 1, false);

SELECT pg_catalog.setval('crm.jobs_id_seq', 1, false);

SELECT pg_catalog.setval('crm.lead_forms_id_seq', 1, false);

SELECT pg_catalog.setval('crm.merges_id_seq', 1, false);

SELECT pg_catalog.setval('crm.operator_activities_id_seq', 1, false);

SELECT pg_catalog.setval('crm.outbox_id_seq', 1, true);

SELECT pg_catalog.setval('crm.usage_added_id_seq', 1, true);

ALTER TABLE ONLY crm.accounts
    ADD CONSTRAINT accounts_pkey PRIMARY KEY (id);

ALTER TABLE ONLY crm.activities
    ADD CONSTRAINT activities_pkey PRIMARY KEY (id);

ALTER TABLE ONLY crm.change_events
    ADD CONSTRAINT change_events_pkey PRIMARY KEY (id);

ALTER TABLE ONLY crm.contacts
    ADD CONSTRAINT contacts_pkey PRIMARY KEY (id);

ALTER TABLE ONLY crm.custom_fields
    ADD CONSTRAINT custom_fields_organization_id_record_type_key_key UNIQUE (organization_id, record_type, key);

ALTER TABLE ONLY crm.custom_fields
    ADD CONSTRAINT custom_fields_pkey PRIMARY KEY (id);

ALTER TABLE ONLY crm.entitlements
    ADD CONSTRAINT entitlements_pkey PRIMARY KEY (organization_id);

ALTER TABLE ONLY crm.erasures
    ADD CONSTRAINT erasures_pkey PRIMARY KEY (organization_id, contact_id);

ALTER TABLE ONLY crm.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY crm.idempotency_keys_default
    ADD CONSTRAINT idempotency_keys_default_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY crm.idempotency_keys_p20261201
    ADD CONSTRAINT idempotency_keys_p20261201_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY crm.idempotency_keys_p20261202
    ADD CONSTRAINT idempotency_keys_p20261202_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY crm.idempotency_keys_p20261203
    ADD CONSTRAINT idempotency_keys_p20261203_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY crm.idempotency_keys_p20261204
    ADD CONSTRAINT idempotency_keys_p20261204_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY crm.import_batches
    ADD CONSTRAINT import_batches_pkey PRIMARY KEY (upload_id, batch);

ALTER TABLE ONLY crm.inbound_messages
    ADD CONSTRAINT inbound_messages_pkey PRIMARY KEY (organization_id, purpose, id_hash);

ALTER TABLE ONLY crm.inbound_secrets
    ADD CONSTRAINT inbound_secrets_pkey PRIMARY KEY (organization_id, purpose);

ALTER TABLE ONLY crm.inbox
    ADD CONSTRAINT inbox_pkey PRIMARY KEY (consumer_group, event_id);

ALTER TABLE ONLY crm.jobs
    ADD CONSTRAINT jobs_pkey PRIMARY KEY (id);

ALTER TABLE ONLY crm.kysely_migration_lock
    ADD CONSTRAINT kysely_migration_lock_pkey PRIMARY KEY (id);

ALTER TABLE ONLY crm.kysely_migration
    ADD CONSTRAINT kysely_migration_pkey PRIMARY KEY (name);

ALTER TABLE ONLY crm.lead_form_submissions
    ADD CONSTRAINT lead_form_submissions_pkey PRIMARY KEY (form_id, submission_key);

ALTER TABLE ONLY crm.lead_forms
    ADD CONSTRAINT lead_forms_pkey PRIMARY KEY (id);

ALTER TABLE ONLY crm.leads
    ADD CONSTRAINT leads_pkey PRIMARY KEY (id);

ALTER TABLE ONLY crm.merges
    ADD CONSTRAINT merges_pkey PRIMARY KEY (id);

ALTER TABLE ONLY crm.operator_activities
    ADD CONSTRAINT operator_activities_pkey PRIMARY KEY (organization_id, id);

ALTER TABLE ONLY crm.operator_plans
    ADD CONSTRAINT operator_plans_pkey PRIMARY KEY (organization_id, id);

ALTER TABLE ONLY crm.opportunities
    ADD CONSTRAINT opportunities_pkey PRIMARY KEY (id);

ALTER TABLE ONLY crm.opportunity_pipeline_preferences
    ADD CONSTRAINT opportunity_pipeline_preferences_pkey PRIMARY KEY (organization_id, user_id);

ALTER TABLE ONLY crm.opportunity_pipeline_stages
    ADD CONSTRAINT opportunity_pipeline_stages_pkey PRIMARY KEY (id);

ALTER TABLE ONLY crm.opportunity_pipelines
    ADD CONSTRAINT opportunity_pipelines_pkey PRIMARY KEY (id);

ALTER TABLE ONLY crm.outbox_lease
    ADD CONSTRAINT outbox_lease_pkey PRIMARY KEY (id);

ALTER TABLE ONLY crm.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (id);

ALTER TABLE ONLY crm.tombstone_keys
    ADD CONSTRAINT tombstone_keys_pkey PRIMARY KEY (organization_id);

ALTER TABLE ONLY crm.tombstones
    ADD CONSTRAINT tombstones_pkey PRIMARY KEY (organization_id, digest);

ALTER TABLE ONLY crm.usage_added
    ADD CONSTRAINT usage_added_pkey PRIMARY KEY (id);

ALTER TABLE ONLY crm.usage_limits
    ADD CONSTRAINT usage_limits_pkey PRIMARY KEY (organization_id, meter);

ALTER TABLE ONLY crm.usage
    ADD CONSTRAINT usage_pkey PRIMARY KEY (organization_id, meter, period_start);

ALTER TABLE ONLY crm.usage_thresholds
    ADD CONSTRAINT usage_thresholds_pkey PRIMARY KEY (organization_id, meter, period_start, threshold);

CREATE INDEX accounts_organization_id_created_at_idx ON crm.accounts USING btree (organization_id, created_at, id) WHERE (deleted_at IS NULL);

CREATE INDEX accounts_organization_id_domain_idx ON crm.accounts USING btree (organization_id, lower(domain), created_at, id) WHERE (deleted_at IS NULL);

CREATE UNIQUE INDEX accounts_organization_id_external_key ON crm.accounts USING btree (organization_id, COALESCE(external_system, ''::text), external_id) WHERE ((external_id IS NOT NULL) AND (deleted_at IS NULL));

CREATE INDEX accounts_organization_id_external_system_idx ON crm.accounts USING btree (organization_id, external_system, created_at, id) WHERE ((external_system IS NOT NULL) AND (deleted_at IS NULL));

CREATE INDEX accounts_organization_id_lower_name_idx ON crm.accounts USING btree (organization_id, lower(name)) WHERE (deleted_at IS NULL);

CREATE INDEX accounts_organization_id_lower_public_id_idx ON crm.accounts USING btree (organization_id, lower(public_id) text_pattern_ops) WHERE (deleted_at IS NULL);

CREATE INDEX accounts_organization_id_name_idx ON crm.accounts USING btree (organization_id, name, id) WHERE (deleted_at IS NULL);

CREATE INDEX accounts_organization_id_owner_id_idx ON crm.accounts USING btree (organization_id, owner_id, created_at, id) WHERE (deleted_at IS NULL);

CREATE INDEX accounts_organization_id_search_idx ON crm.accounts USING gin (organization_id, search public.gin_trgm_ops) WHERE (deleted_at IS NULL);

CREATE INDEX accounts_organization_id_updated_at_idx ON crm.accounts USING btree (organization_id, updated_at, id) WHERE (deleted_at IS NULL);

CREATE UNIQUE INDEX accounts_public_id_key ON crm.accounts USING btree (public_id);

CREATE INDEX activities_organization_id_account_id_idx ON crm.activities USING btree (organization_id, account_id, created_at, id) WHERE (deleted_at IS NULL);

CREATE INDEX activities_organization_id_contact_id_idx ON crm.activities USING btree (organization_id, contact_id, created_at, id) WHERE (deleted_at IS NULL);

CREATE INDEX activities_organization_id_created_at_idx ON crm.activities USING btree (organization_id, created_at, id) WHERE (deleted_at IS NULL);

CREATE INDEX activities_organization_id_deleted_contact_id_idx ON crm.activities USING btree (organization_id, contact_id) WHERE ((deleted_at IS NOT NULL) AND (contact_id IS NOT NULL));

CREATE INDEX activities_organization_id_deleted_lead_id_idx ON crm.activities USING btree (organization_id, lead_id) WHERE ((deleted_at IS NOT NULL) AND (lead_id IS NOT NULL));

CREATE INDEX activities_organization_id_done_idx ON crm.activities USING btree (organization_id, created_at, id) WHERE ((completed_at IS NOT NULL) AND (deleted_at IS NULL));

CREATE INDEX activities_organization_id_due_at_order_idx ON crm.activities USING btree (organization_id, COALESCE(due_at, '0001-01-01 00:00:00+00'::timestamp with time zone), id) WHERE (deleted_at IS NULL);

CREATE UNIQUE INDEX activities_organization_id_external_key ON crm.activities USING btree (organization_id, COALESCE(external_system, ''::text), external_id) WHERE ((external_id IS NOT NULL) AND (deleted_at IS NULL));

CREATE INDEX activities_organization_id_external_system_idx ON crm.activities USING btree (organization_id, external_system, created_at, id) WHERE ((external_system IS NOT NULL) AND (deleted_at IS NULL));

CREATE INDEX activities_organization_id_kind_idx ON crm.activities USING btree (organization_id, kind, created_at, id) WHERE (deleted_at IS NULL);

CREATE INDEX activities_organization_id_lead_id_idx ON crm.activities USING btree (organization_id, lead_id, created_at, id) WHERE (deleted_at IS NULL);

CREATE INDEX activities_organization_id_lower_public_id_idx ON crm.activities USING btree (organization_id, lower(public_id) text_pattern_ops) WHERE (deleted_at IS NULL);

CREATE INDEX activities_organization_id_open_idx ON crm.activities USING btree (organization_id, created_at, id) WHERE ((completed_at IS NULL) AND (deleted_at IS NULL));

CREATE INDEX activities_organization_id_opportunity_id_idx ON crm.activities USING btree (organization_id, opportunity_id, created_at, id) WHERE (deleted_at IS NULL);

CREATE INDEX activities_organization_id_owner_id_idx ON crm.activities USING btree (organization_id, owner_id, created_at, id) WHERE (deleted_at IS NULL);

CREATE INDEX activities_organization_id_search_idx ON crm.activities USING gin (organization_id, search public.gin_trgm_ops) WHERE (deleted_at IS NULL);

CREATE INDEX activities_organization_id_updated_at_idx ON crm.activities USING btree (organization_id, updated_at, id) WHERE (deleted_at IS NULL);

CREATE UNIQUE INDEX activities_public_id_key ON crm.activities USING btree (public_id);

CREATE INDEX change_events_organization_id_id_idx ON crm.change_events USING btree (organization_id, id);

CREATE INDEX change_events_organization_id_record_id_idx ON crm.change_events USING btree (organization_id, record_id, id);

CREATE INDEX change_events_organization_id_record_public_id_idx ON crm.change_events USING btree (organization_id, record_public_id, id);

CREATE INDEX change_events_organization_id_record_type_idx ON crm.change_events USING btree (organization_id, record_type, id);

CREATE INDEX contacts_organization_id_account_id_idx ON crm.contacts USING btree (organization_id, account_id, created_at, id) WHERE (deleted_at IS NULL);

CREATE INDEX contacts_organization_id_created_at_idx ON crm.contacts USING btree (organization_id, created_at, id) WHERE (deleted_at IS NULL);

CREATE INDEX contacts_organization_id_email_order_idx ON crm.contacts USING btree (organization_id, COALESCE(email, ''::text), id) WHERE (deleted_at IS NULL);

CREATE UNIQUE INDEX contacts_organization_id_external_key ON crm.contacts USING btree (organization_id, COALESCE(external_system, ''::text), external_id) WHERE ((external_id IS NOT NULL) AND (deleted_at IS NULL));

CREATE INDEX contacts_organization_id_external_system_idx ON crm.contacts USING btree (organization_id, external_system, created_at, id) WHERE ((external_system IS NOT NULL) AND (deleted_at IS NULL));

CREATE INDEX contacts_organization_id_last_name_order_idx ON crm.contacts USING btree (organization_id, COALESCE(last_name, ''::text), id) WHERE (deleted_at IS NULL);

CREATE INDEX contacts_organization_id_lower_email_idx ON crm.contacts USING btree (organization_id, lower(email), created_at, id) INCLUDE (email) WHERE (deleted_at IS NULL);

CREATE INDEX contacts_organization_id_lower_public_id_idx ON crm.contacts USING btree (organization_id, lower(public_id) text_pattern_ops) WHERE (deleted_at IS NULL);

CREATE INDEX contacts_organization_id_merged_email_idx ON crm.contacts USING btree (organization_id, lower(email)) WHERE (merged_into_id IS NOT NULL);

CREATE INDEX contacts_organization_id_merged_external_idx ON crm.contacts USING btree (organization_id, external_id) WHERE (merged_into_id IS NOT NULL);

CREATE INDEX contacts_organization_id_owner_id_idx ON crm.contacts USING btree (organization_id, owner_id, created_at, id) WHERE (deleted_at IS NULL);

CREATE INDEX contacts_organization_id_phone_key_idx ON crm.contacts USING btree (organization_id, crm.phone_key(phone), created_at, id) INCLUDE (phone) WHERE ((deleted_at IS NULL) AND (phone IS NOT NULL));

CREATE INDEX contacts_organization_id_search_idx ON crm.contacts USING gin (organization_id, search public.gin_trgm_ops, names public.gin_trgm_ops) WHERE (deleted_at IS NULL);

CREATE INDEX contacts_organization_id_updated_at_idx ON crm.contacts USING btree (organization_id, updated_at, id) WHERE (deleted_at IS NULL);

CREATE UNIQUE INDEX contacts_public_id_key ON crm.contacts USING btree (public_id);

CREATE INDEX erasures_erased_at_idx ON crm.erasures USING btree (erased_at) WHERE (identity IS NOT NULL);

CREATE INDEX import_batches_created_at_idx ON crm.import_batches USING btree (created_at);

CREATE INDEX inbound_messages_received_at_idx ON crm.inbound_messages USING btree (received_at);

CREATE UNIQUE INDEX inbound_secrets_slug_purpose_key ON crm.inbound_secrets USING btree (slug, purpose);

CREATE INDEX jobs_kind_wake_at_idx ON crm.jobs USING btree (kind, wake_at) WHERE (status = ANY (ARRAY['queued'::text, 'running'::text]));

CREATE INDEX jobs_organization_id_kind_id_idx ON crm.jobs USING btree (organization_id, kind, id);

CREATE INDEX lead_form_submissions_created_at_idx ON crm.lead_form_submissions USING btree (created_at) WHERE (enroll_at IS NULL);

CREATE INDEX lead_form_submissions_enroll_at_idx ON crm.lead_form_submissions USING btree (enroll_at) WHERE (enroll_at IS NOT NULL);

CREATE INDEX lead_forms_live_organization_id_id_idx ON crm.lead_forms USING btree (organization_id, id) WHERE ((deleted_at IS NULL) AND (mode = 'live'::text));

CREATE INDEX lead_forms_test_organization_id_id_idx ON crm.lead_forms USING btree (organization_id, id) WHERE ((deleted_at IS NULL) AND (mode = 'test'::text));

CREATE UNIQUE INDEX lead_forms_token_key ON crm.lead_forms USING btree (token);

CREATE INDEX leads_organization_id_contact_id_idx ON crm.leads USING btree (organization_id, contact_id) WHERE (contact_id IS NOT NULL);

CREATE INDEX leads_organization_id_created_at_idx ON crm.leads USING btree (organization_id, created_at, id) WHERE (deleted_at IS NULL);

CREATE INDEX leads_organization_id_deleted_email_idx ON crm.leads USING btree (organization_id, lower(email)) WHERE ((deleted_at IS NOT NULL) AND (email IS NOT NULL));

CREATE INDEX leads_organization_id_email_order_idx ON crm.leads USING btree (organization_id, COALESCE(email, ''::text), id) WHERE (deleted_at IS NULL);

CREATE UNIQUE INDEX leads_organization_id_external_key ON crm.leads USING btree (organization_id, COALESCE(external_system, ''::text), external_id) WHERE ((external_id IS NOT NULL) AND (deleted_at IS NULL));

CREATE INDEX leads_organization_id_external_system_idx ON crm.leads USING btree (organization_id, external_system, created_at, id) WHERE ((external_system IS NOT NULL) AND (deleted_at IS NULL));

CREATE INDEX leads_organization_id_last_name_order_idx ON crm.leads USING btree (organization_id, COALESCE(last_name, ''::text), id) WHERE (deleted_at IS NULL);

CREATE INDEX leads_organization_id_lower_email_idx ON crm.leads USING btree (organization_id, lower(email), created_at, id) INCLUDE (email) WHERE (deleted_at IS NULL);

CREATE INDEX leads_organization_id_lower_public_id_idx ON crm.leads USING btree (organization_id, lower(public_id) text_pattern_ops) WHERE (deleted_at IS NULL);

CREATE INDEX leads_organization_id_merged_email_idx ON crm.leads USING btree (organization_id, lower(email)) WHERE (merged_into_id IS NOT NULL);

CREATE INDEX leads_organization_id_merged_external_idx ON crm.leads USING btree (organization_id, external_id) WHERE (merged_into_id IS NOT NULL);

CREATE INDEX leads_organization_id_owner_id_idx ON crm.leads USING btree (organization_id, owner_id, created_at, id) WHERE (deleted_at IS NULL);

CREATE INDEX leads_organization_id_phone_key_idx ON crm.leads USING btree (organization_id, crm.phone_key(phone), created_at, id) INCLUDE (phone) WHERE ((deleted_at IS NULL) AND (phone IS NOT NULL));

CREATE INDEX leads_organization_id_score_order_idx ON crm.leads USING btree (organization_id, COALESCE(score, '-Infinity'::double precision), id) WHERE (deleted_at IS NULL);

CREATE INDEX leads_organization_id_search_idx ON crm.leads USING gin (organization_id, search public.gin_trgm_ops, names public.gin_trgm_ops) WHERE (deleted_at IS NULL);

CREATE INDEX leads_organization_id_source_idx ON crm.leads USING btree (organization_id, source, created_at, id) WHERE (deleted_at IS NULL);

CREATE INDEX leads_organization_id_status_idx ON crm.leads USING btree (organization_id, status, created_at, id) WHERE (deleted_at IS NULL);

CREATE INDEX leads_organization_id_updated_at_idx ON crm.leads USING btree (organization_id, updated_at, id) WHERE (deleted_at IS NULL);

CREATE UNIQUE INDEX leads_public_id_key ON crm.leads USING btree (public_id);

CREATE INDEX merges_created_at_idx ON crm.merges USING btree (created_at) WHERE (undo IS NOT NULL);

CREATE INDEX merges_organization_id_id_idx ON crm.merges USING btree (organization_id, id);

CREATE INDEX merges_organization_id_merged_ids_idx ON crm.merges USING gin (organization_id, merged_ids);

CREATE INDEX merges_organization_id_survivor_id_idx ON crm.merges USING btree (organization_id, survivor_id);

CREATE INDEX operator_activities_created_at_idx ON crm.operator_activities USING btree (created_at);

CREATE INDEX operator_activities_organization_id_mode_id_idx ON crm.operator_activities USING btree (organization_id, mode, id DESC);

CREATE INDEX operator_plans_created_at_idx ON crm.operator_plans USING btree (created_at);

CREATE INDEX opportunities_organization_id_account_id_idx ON crm.opportunities USING btree (organization_id, account_id, created_at, id) WHERE (deleted_at IS NULL);

CREATE INDEX opportunities_organization_id_amount_cents_order_idx ON crm.opportunities USING btree (organization_id, COALESCE(amount_cents, '-9223372036854775808'::bigint), id) WHERE (deleted_at IS NULL);

CREATE INDEX opportunities_organization_id_contact_id_idx ON crm.opportunities USING btree (organization_id, contact_id, created_at, id) WHERE (deleted_at IS NULL);

CREATE INDEX opportunities_organization_id_created_at_idx ON crm.opportunities USING btree (organization_id, created_at, id) WHERE (deleted_at IS NULL);

CREATE INDEX opportunities_organization_id_deleted_contact_id_idx ON crm.opportunities USING btree (organization_id, contact_id) WHERE ((deleted_at IS NOT NULL) AND (contact_id IS NOT NULL));

CREATE INDEX opportunities_organization_id_expected_close_at_order_idx ON crm.opportunities USING btree (organization_id, COALESCE(expected_close_at, '0001-01-01 00:00:00+00'::timestamp with time zone), id) WHERE (deleted_at IS NULL);

CREATE UNIQUE INDEX opportunities_organization_id_external_key ON crm.opportunities USING btree (organization_id, COALESCE(external_system, ''::text), external_id) WHERE ((external_id IS NOT NULL) AND (deleted_at IS NULL));

CREATE INDEX opportunities_organization_id_external_system_idx ON crm.opportunities USING btree (organization_id, external_system, created_at, id) WHERE ((external_system IS NOT NULL) AND (deleted_at IS NULL));

CREATE INDEX opportunities_organization_id_name_idx ON crm.opportunities USING btree (organization_id, name, id) WHERE (deleted_at IS NULL);

CREATE INDEX opportunities_organization_id_owner_id_idx ON crm.opportunities USING btree (organization_id, owner_id, created_at, id) WHERE (deleted_at IS NULL);

CREATE INDEX opportunities_organization_id_pipeline_id_idx ON crm.opportunities USING btree (organization_id, pipeline_id, created_at, id) WHERE (deleted_at IS NULL);

CREATE INDEX opportunities_organization_id_search_idx ON crm.opportunities USING gin (organization_id, search public.gin_trgm_ops) WHERE (deleted_at IS NULL);

CREATE INDEX opportunities_organization_id_stage_position_idx ON crm.opportunities USING btree (organization_id, stage_position, id) WHERE (deleted_at IS NULL);

CREATE INDEX opportunities_organization_id_status_idx ON crm.opportunities USING btree (organization_id, status, created_at, id) WHERE (deleted_at IS NULL);

CREATE INDEX opportunities_organization_id_updated_at_idx ON crm.opportunities USING btree (organization_id, updated_at, id) WHERE (deleted_at IS NULL);

CREATE INDEX opportunities_pipeline_stage_id_idx ON crm.opportunities USING btree (pipeline_stage_id, stage_position, id) WHERE (deleted_at IS NULL);

CREATE UNIQUE INDEX opportunities_public_id_key ON crm.opportunities USING btree (public_id);

CREATE INDEX opportunity_pipeline_preferences_pipeline_id_idx ON crm.opportunity_pipeline_preferences USING btree (pipeline_id);

CREATE INDEX opportunity_pipeline_stages_pipeline_id_idx ON crm.opportunity_pipeline_stages USING btree (pipeline_id, "position") WHERE (deleted_at IS NULL);

CREATE UNIQUE INDEX opportunity_pipelines_organization_id_default_key ON crm.opportunity_pipelines USING btree (organization_id) WHERE (user_id IS NULL);

CREATE INDEX opportunity_pipelines_organization_id_idx ON crm.opportunity_pipelines USING btree (organization_id, created_at, id) WHERE (deleted_at IS NULL);

CREATE INDEX outbox_organization_id_id_idx ON crm.outbox USING btree (organization_id, id);

CREATE INDEX usage_added_organization_id_meter_period_start_idx ON crm.usage_added USING btree (organization_id, meter, period_start);

ALTER INDEX crm.idempotency_keys_pkey ATTACH PARTITION crm.idempotency_keys_default_pkey;

ALTER INDEX crm.idempotency_keys_pkey ATTACH PARTITION crm.idempotency_keys_p20261201_pkey;

ALTER INDEX crm.idempotency_keys_pkey ATTACH PARTITION crm.idempotency_keys_p20261202_pkey;

ALTER INDEX crm.idempotency_keys_pkey ATTACH PARTITION crm.idempotency_keys_p20261203_pkey;

ALTER INDEX crm.idempotency_keys_pkey ATTACH PARTITION crm.idempotency_keys_p20261204_pkey;

CREATE STATISTICS crm.accounts_lower_public_id_stats ON lower(public_id) FROM crm.accounts;

CREATE STATISTICS crm.activities_lower_public_id_stats ON lower(public_id) FROM crm.activities;

CREATE STATISTICS crm.contacts_lower_public_id_stats ON lower(public_id) FROM crm.contacts;

CREATE STATISTICS crm.leads_lower_public_id_stats ON lower(public_id) FROM crm.leads;

CREATE TRIGGER accounts_raise_revision BEFORE UPDATE ON crm.accounts FOR EACH ROW EXECUTE FUNCTION crm.raise_revision();

CREATE TRIGGER activities_raise_revision BEFORE UPDATE ON crm.activities FOR EACH ROW EXECUTE FUNCTION crm.raise_revision();

CREATE TRIGGER change_events_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON crm.change_events FOR EACH STATEMENT EXECUTE FUNCTION crm.refuse_change();

CREATE TRIGGER change_events_only_blanked BEFORE UPDATE ON crm.change_events FOR EACH ROW EXECUTE FUNCTION crm.refuse_more_than_blanking();

CREATE TRIGGER contacts_gone_counted AFTER DELETE ON crm.contacts REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION crm.count_gone_contacts();

CREATE TRIGGER contacts_marked_counted AFTER UPDATE ON crm.contacts FOR EACH ROW WHEN (((old.deleted_at IS NULL) IS DISTINCT FROM (new.deleted_at IS NULL))) EXECUTE FUNCTION crm.count_marked_contacts();

CREATE TRIGGER contacts_new_counted AFTER INSERT ON crm.contacts REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION crm.count_new_contacts();

CREATE TRIGGER contacts_raise_revision BEFORE UPDATE ON crm.contacts FOR EACH ROW EXECUTE FUNCTION crm.raise_revision();

CREATE TRIGGER custom_fields_raise_revision BEFORE UPDATE ON crm.custom_fields FOR EACH ROW EXECUTE FUNCTION crm.raise_revision();

CREATE TRIGGER lead_forms_raise_revision BEFORE UPDATE ON crm.lead_forms FOR EACH ROW WHEN (((old.* *<> new.*) AND (NOT (new.submission_count IS DISTINCT FROM old.submission_count)) AND (NOT (new.last_submitted_at IS DISTINCT FROM old.last_submitted_at)) AND (NOT (new.last_enrollment_error IS DISTINCT FROM old.last_enrollment_error)))) EXECUTE FUNCTION crm.raise_revision();

CREATE TRIGGER leads_raise_revision BEFORE UPDATE ON crm.leads FOR EACH ROW EXECUTE FUNCTION crm.raise_revision();

CREATE TRIGGER opportunities_raise_revision BEFORE UPDATE ON crm.opportunities FOR EACH ROW EXECUTE FUNCTION crm.raise_revision();

CREATE TRIGGER opportunity_pipelines_raise_revision BEFORE UPDATE ON crm.opportunity_pipelines FOR EACH ROW EXECUTE FUNCTION crm.raise_revision();

ALTER TABLE ONLY crm.activities
    ADD CONSTRAINT activities_account_id_fkey FOREIGN KEY (account_id) REFERENCES crm.accounts(id);

ALTER TABLE ONLY crm.activities
    ADD CONSTRAINT activities_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES crm.contacts(id);

ALTER TABLE ONLY crm.activities
    ADD CONSTRAINT activities_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES crm.leads(id);

ALTER TABLE ONLY crm.activities
    ADD CONSTRAINT activities_opportunity_id_fkey FOREIGN KEY (opportunity_id) REFERENCES crm.opportunities(id);

ALTER TABLE ONLY crm.contacts
    ADD CONSTRAINT contacts_account_id_fkey FOREIGN KEY (account_id) REFERENCES crm.accounts(id);

ALTER TABLE ONLY crm.contacts
    ADD CONSTRAINT contacts_merged_into_id_fkey FOREIGN KEY (merged_into_id) REFERENCES crm.contacts(id);

ALTER TABLE ONLY crm.leads
    ADD CONSTRAINT leads_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES crm.contacts(id);

ALTER TABLE ONLY crm.leads
    ADD CONSTRAINT leads_merged_into_id_fkey FOREIGN KEY (merged_into_id) REFERENCES crm.leads(id);

ALTER TABLE ONLY crm.opportunities
    ADD CONSTRAINT opportunities_account_id_fkey FOREIGN KEY (account_id) REFERENCES crm.accounts(id);

ALTER TABLE ONLY crm.opportunities
    ADD CONSTRAINT opportunities_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES crm.contacts(id);

ALTER TABLE ONLY crm.opportunities
    ADD CONSTRAINT opportunities_pipeline_id_fkey FOREIGN KEY (pipeline_id) REFERENCES crm.opportunity_pipelines(id);

ALTER TABLE ONLY crm.opportunities
    ADD CONSTRAINT opportunities_pipeline_stage_id_fkey FOREIGN KEY (pipeline_stage_id) REFERENCES crm.opportunity_pipeline_stages(id);

ALTER TABLE ONLY crm.opportunity_pipeline_preferences
    ADD CONSTRAINT opportunity_pipeline_preferences_pipeline_id_fkey FOREIGN KEY (pipeline_id) REFERENCES crm.opportunity_pipelines(id);

ALTER TABLE ONLY crm.opportunity_pipeline_stages
    ADD CONSTRAINT opportunity_pipeline_stages_pipeline_id_fkey FOREIGN KEY (pipeline_id) REFERENCES crm.opportunity_pipelines(id);
