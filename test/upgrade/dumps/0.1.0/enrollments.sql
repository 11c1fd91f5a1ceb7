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

CREATE FUNCTION enrollments.raise_revision() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    begin
      -- Of the stored row: a writer that read the row before may send the number that it read.
      new.revision := old.revision + 1;
      return new;
    end $$;

SET default_tablespace = '';

CREATE TABLE enrollments.approval_notices (
    organization_id bigint NOT NULL,
    sent_at timestamp with time zone NOT NULL
);

CREATE TABLE enrollments.approvals (
    id bigint NOT NULL,
    organization_id bigint NOT NULL,
    mode text NOT NULL,
    kind text NOT NULL,
    request_key text NOT NULL,
    workflow_id bigint,
    enrollment_id bigint,
    step_id text,
    step_name text,
    agent_id bigint,
    execution_id bigint,
    message text NOT NULL,
    preview json NOT NULL,
    binding text NOT NULL,
    edited_arguments json,
    edited_binding text,
    roles text[] NOT NULL,
    allow_api_keys boolean NOT NULL,
    can_edit_arguments boolean NOT NULL,
    status text DEFAULT 'pending'::text NOT NULL,
    decider_type text,
    decider_id text,
    decided_at timestamp with time zone,
    comment text,
    cause text,
    version bigint DEFAULT 1 NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone NOT NULL,
    notified_at timestamp with time zone,
    CONSTRAINT approvals_decided_at_check CHECK (((status = 'pending'::text) = (decided_at IS NULL))),
    CONSTRAINT approvals_kind_check CHECK ((kind = ANY (ARRAY['step'::text, 'agent_action'::text, 'budget'::text]))),
    CONSTRAINT approvals_mode_check CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text]))),
    CONSTRAINT approvals_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'approved'::text, 'rejected'::text, 'expired'::text, 'cancelled'::text])))
);

ALTER TABLE enrollments.approvals ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME enrollments.approvals_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE enrollments.awaited_names (
    organization_id bigint NOT NULL,
    workflow_id bigint NOT NULL,
    mode text NOT NULL,
    event_name text NOT NULL,
    CONSTRAINT awaited_names_mode_check CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text])))
);

CREATE TABLE enrollments.bounce_reports (
    source text NOT NULL,
    report_id text NOT NULL,
    taken_at timestamp with time zone NOT NULL
);

CREATE TABLE enrollments.chains (
    organization_id bigint NOT NULL,
    cause text NOT NULL,
    counted bigint DEFAULT 0 NOT NULL,
    counted_on date DEFAULT CURRENT_DATE NOT NULL,
    reported_at timestamp with time zone
)
WITH (fillfactor='70');

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
    error text,
    category text,
    variants text[]
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
    CONSTRAINT effects_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'accepted'::text, 'succeeded'::text, 'skipped'::text, 'failed'::text])))
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
    CONSTRAINT effects_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'accepted'::text, 'succeeded'::text, 'skipped'::text, 'failed'::text])))
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
    CONSTRAINT effects_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'accepted'::text, 'succeeded'::text, 'skipped'::text, 'failed'::text])))
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
    CONSTRAINT effects_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'accepted'::text, 'succeeded'::text, 'skipped'::text, 'failed'::text])))
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
    CONSTRAINT effects_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'accepted'::text, 'succeeded'::text, 'skipped'::text, 'failed'::text])))
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
    contact_hash bigint,
    entry_hash bigint,
    created_at timestamp with time zone NOT NULL,
    erased_at timestamp with time zone,
    key uuid NOT NULL,
    version integer NOT NULL,
    hops integer DEFAULT 0 NOT NULL,
    is_holdout boolean NOT NULL,
    mode text NOT NULL,
    timezone text NOT NULL,
    lead_ref text,
    email text,
    first_name text,
    last_name text,
    cause text,
    contact json NOT NULL,
    CONSTRAINT enrollments_mode_check CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text])))
);

CREATE SEQUENCE enrollments.enrollments_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE enrollments.entitlements (
    organization_id bigint NOT NULL,
    sequence bigint NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL,
    entries_held boolean NOT NULL,
    plan text NOT NULL
);

CREATE TABLE enrollments.erased_records (
    organization_id bigint NOT NULL,
    record_id uuid NOT NULL,
    erased_at timestamp with time zone NOT NULL
);

CREATE TABLE enrollments.event_answers (
    organization_id bigint NOT NULL,
    accepted_at timestamp(3) with time zone NOT NULL,
    part integer NOT NULL,
    event_id text NOT NULL,
    mode text NOT NULL,
    answers json NOT NULL,
    CONSTRAINT event_answers_mode_check CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text])))
)
PARTITION BY RANGE (accepted_at);

CREATE TABLE enrollments.event_answers_default (
    organization_id bigint NOT NULL,
    accepted_at timestamp(3) with time zone NOT NULL,
    part integer NOT NULL,
    event_id text NOT NULL,
    mode text NOT NULL,
    answers json NOT NULL,
    CONSTRAINT event_answers_mode_check CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text])))
);

CREATE TABLE enrollments.event_answers_p20261201 (
    organization_id bigint NOT NULL,
    accepted_at timestamp(3) with time zone NOT NULL,
    part integer NOT NULL,
    event_id text NOT NULL,
    mode text NOT NULL,
    answers json NOT NULL,
    CONSTRAINT event_answers_mode_check CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text])))
);

CREATE TABLE enrollments.event_answers_p20261202 (
    organization_id bigint NOT NULL,
    accepted_at timestamp(3) with time zone NOT NULL,
    part integer NOT NULL,
    event_id text NOT NULL,
    mode text NOT NULL,
    answers json NOT NULL,
    CONSTRAINT event_answers_mode_check CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text])))
);

CREATE TABLE enrollments.event_answers_p20261203 (
    organization_id bigint NOT NULL,
    accepted_at timestamp(3) with time zone NOT NULL,
    part integer NOT NULL,
    event_id text NOT NULL,
    mode text NOT NULL,
    answers json NOT NULL,
    CONSTRAINT event_answers_mode_check CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text])))
);

CREATE TABLE enrollments.event_answers_p20261204 (
    organization_id bigint NOT NULL,
    accepted_at timestamp(3) with time zone NOT NULL,
    part integer NOT NULL,
    event_id text NOT NULL,
    mode text NOT NULL,
    answers json NOT NULL,
    CONSTRAINT event_answers_mode_check CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text])))
);

CREATE TABLE enrollments.event_contacts (
    organization_id bigint NOT NULL,
    accepted_at timestamp(3) with time zone NOT NULL,
    contact_key uuid NOT NULL,
    mode text NOT NULL,
    event_name text NOT NULL,
    event_id text NOT NULL,
    CONSTRAINT event_contacts_mode_check CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text])))
)
PARTITION BY RANGE (accepted_at);

CREATE TABLE enrollments.event_contacts_default (
    organization_id bigint NOT NULL,
    accepted_at timestamp(3) with time zone NOT NULL,
    contact_key uuid NOT NULL,
    mode text NOT NULL,
    event_name text NOT NULL,
    event_id text NOT NULL,
    CONSTRAINT event_contacts_mode_check CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text])))
);

CREATE TABLE enrollments.event_contacts_p20261201 (
    organization_id bigint NOT NULL,
    accepted_at timestamp(3) with time zone NOT NULL,
    contact_key uuid NOT NULL,
    mode text NOT NULL,
    event_name text NOT NULL,
    event_id text NOT NULL,
    CONSTRAINT event_contacts_mode_check CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text])))
);

CREATE TABLE enrollments.event_contacts_p20261202 (
    organization_id bigint NOT NULL,
    accepted_at timestamp(3) with time zone NOT NULL,
    contact_key uuid NOT NULL,
    mode text NOT NULL,
    event_name text NOT NULL,
    event_id text NOT NULL,
    CONSTRAINT event_contacts_mode_check CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text])))
);

CREATE TABLE enrollments.event_contacts_p20261203 (
    organization_id bigint NOT NULL,
    accepted_at timestamp(3) with time zone NOT NULL,
    contact_key uuid NOT NULL,
    mode text NOT NULL,
    event_name text NOT NULL,
    event_id text NOT NULL,
    CONSTRAINT event_contacts_mode_check CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text])))
);

CREATE TABLE enrollments.event_contacts_p20261204 (
    organization_id bigint NOT NULL,
    accepted_at timestamp(3) with time zone NOT NULL,
    contact_key uuid NOT NULL,
    mode text NOT NULL,
    event_name text NOT NULL,
    event_id text NOT NULL,
    CONSTRAINT event_contacts_mode_check CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text])))
);

CREATE TABLE enrollments.event_keys (
    organization_id bigint NOT NULL,
    accepted_at timestamp(3) with time zone NOT NULL,
    key uuid NOT NULL,
    mode text NOT NULL,
    event_id text NOT NULL,
    CONSTRAINT event_keys_mode_check CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text])))
)
WITH (fillfactor='90', autovacuum_vacuum_scale_factor='0.05');

CREATE TABLE enrollments.event_triggers (
    workflow_id bigint NOT NULL,
    organization_id bigint NOT NULL,
    mode text NOT NULL,
    event_name text NOT NULL,
    CONSTRAINT event_triggers_mode_check CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text])))
);

CREATE TABLE enrollments.events (
    organization_id bigint NOT NULL,
    accepted_at timestamp(3) with time zone NOT NULL,
    occurred_at timestamp(3) with time zone NOT NULL,
    erased_at timestamp with time zone,
    mode text NOT NULL,
    source text NOT NULL,
    hops integer NOT NULL,
    id text NOT NULL,
    name text NOT NULL,
    cause text,
    contact json NOT NULL,
    properties json NOT NULL,
    refs json,
    CONSTRAINT events_mode_check CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text]))),
    CONSTRAINT events_source_check CHECK ((source = ANY (ARRAY['api'::text, 'crm'::text, 'mail'::text])))
)
PARTITION BY RANGE (accepted_at);

CREATE TABLE enrollments.events_default (
    organization_id bigint NOT NULL,
    accepted_at timestamp(3) with time zone NOT NULL,
    occurred_at timestamp(3) with time zone NOT NULL,
    erased_at timestamp with time zone,
    mode text NOT NULL,
    source text NOT NULL,
    hops integer NOT NULL,
    id text NOT NULL,
    name text NOT NULL,
    cause text,
    contact json NOT NULL,
    properties json NOT NULL,
    refs json,
    CONSTRAINT events_mode_check CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text]))),
    CONSTRAINT events_source_check CHECK ((source = ANY (ARRAY['api'::text, 'crm'::text, 'mail'::text])))
);

CREATE TABLE enrollments.events_p20261201 (
    organization_id bigint NOT NULL,
    accepted_at timestamp(3) with time zone NOT NULL,
    occurred_at timestamp(3) with time zone NOT NULL,
    erased_at timestamp with time zone,
    mode text NOT NULL,
    source text NOT NULL,
    hops integer NOT NULL,
    id text NOT NULL,
    name text NOT NULL,
    cause text,
    contact json NOT NULL,
    properties json NOT NULL,
    refs json,
    CONSTRAINT events_mode_check CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text]))),
    CONSTRAINT events_source_check CHECK ((source = ANY (ARRAY['api'::text, 'crm'::text, 'mail'::text])))
);

CREATE TABLE enrollments.events_p20261202 (
    organization_id bigint NOT NULL,
    accepted_at timestamp(3) with time zone NOT NULL,
    occurred_at timestamp(3) with time zone NOT NULL,
    erased_at timestamp with time zone,
    mode text NOT NULL,
    source text NOT NULL,
    hops integer NOT NULL,
    id text NOT NULL,
    name text NOT NULL,
    cause text,
    contact json NOT NULL,
    properties json NOT NULL,
    refs json,
    CONSTRAINT events_mode_check CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text]))),
    CONSTRAINT events_source_check CHECK ((source = ANY (ARRAY['api'::text, 'crm'::text, 'mail'::text])))
);

CREATE TABLE enrollments.events_p20261203 (
    organization_id bigint NOT NULL,
    accepted_at timestamp(3) with time zone NOT NULL,
    occurred_at timestamp(3) with time zone NOT NULL,
    erased_at timestamp with time zone,
    mode text NOT NULL,
    source text NOT NULL,
    hops integer NOT NULL,
    id text NOT NULL,
    name text NOT NULL,
    cause text,
    contact json NOT NULL,
    properties json NOT NULL,
    refs json,
    CONSTRAINT events_mode_check CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text]))),
    CONSTRAINT events_source_check CHECK ((source = ANY (ARRAY['api'::text, 'crm'::text, 'mail'::text])))
);

CREATE TABLE enrollments.events_p20261204 (
    organization_id bigint NOT NULL,
    accepted_at timestamp(3) with time zone NOT NULL,
    occurred_at timestamp(3) with time zone NOT NULL,
    erased_at timestamp with time zone,
    mode text NOT NULL,
    source text NOT NULL,
    hops integer NOT NULL,
    id text NOT NULL,
    name text NOT NULL,
    cause text,
    contact json NOT NULL,
    properties json NOT NULL,
    refs json,
    CONSTRAINT events_mode_check CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text]))),
    CONSTRAINT events_source_check CHECK ((source = ANY (ARRAY['api'::text, 'crm'::text, 'mail'::text])))
);

CREATE TABLE enrollments.funnel_marks (
    workflow_id bigint NOT NULL,
    number bigint NOT NULL,
    mode text NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    CONSTRAINT funnel_marks_kind_check CHECK ((kind = ANY (ARRAY['exited_by'::text, 'goal'::text, 'holdout'::text])))
)
WITH (fillfactor='50');

CREATE TABLE enrollments.goal_watches (
    organization_id bigint NOT NULL,
    contact_key bigint NOT NULL,
    workflow_id bigint NOT NULL,
    enrollment_id bigint NOT NULL,
    expires_at timestamp with time zone
);

CREATE TABLE enrollments.goals_met (
    workflow_id bigint NOT NULL,
    enrollment_id bigint NOT NULL,
    met_at timestamp with time zone NOT NULL,
    goal text NOT NULL
);

CREATE TABLE enrollments.held_entries (
    id bigint NOT NULL,
    organization_id bigint NOT NULL,
    workflow_id bigint NOT NULL,
    agent_id bigint,
    held_at timestamp with time zone NOT NULL,
    retry_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    hops integer NOT NULL,
    mode text NOT NULL,
    status text DEFAULT 'waiting'::text NOT NULL,
    reason text NOT NULL,
    timezone text NOT NULL,
    email text,
    lead_ref text,
    cause text,
    contact json NOT NULL,
    CONSTRAINT held_entries_mode_check CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text]))),
    CONSTRAINT held_entries_status_check CHECK ((status = ANY (ARRAY['waiting'::text, 'expired'::text])))
);

ALTER TABLE enrollments.held_entries ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME enrollments.held_entries_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE enrollments.held_lines (
    organization_id bigint NOT NULL,
    retry_at timestamp with time zone NOT NULL
);

CREATE TABLE enrollments.held_notices (
    organization_id bigint NOT NULL,
    held bigint DEFAULT 0 NOT NULL,
    expired bigint DEFAULT 0 NOT NULL,
    due_at timestamp with time zone,
    sent_at timestamp with time zone
);

CREATE SEQUENCE enrollments.hits_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE enrollments.hits (
    at timestamp with time zone NOT NULL,
    id bigint DEFAULT nextval('enrollments.hits_id_seq'::regclass) NOT NULL,
    organization_id bigint NOT NULL,
    enrollment_id bigint NOT NULL,
    delivery_id bigint NOT NULL,
    rules integer,
    times integer DEFAULT 1 NOT NULL,
    mode text NOT NULL,
    kind text NOT NULL,
    method text,
    verdict text,
    reasons text[],
    url text,
    user_agent text,
    address text,
    prefetch text,
    detail text,
    CONSTRAINT hits_kind_check CHECK ((kind = ANY (ARRAY['open'::text, 'click'::text, 'unsubscribe'::text, 'bounce'::text, 'complaint'::text]))),
    CONSTRAINT hits_verdict_check CHECK ((verdict = ANY (ARRAY['human'::text, 'scanner'::text, 'privacy_proxy'::text, 'unknown'::text])))
)
PARTITION BY RANGE (at);

CREATE TABLE enrollments.hits_default (
    at timestamp with time zone NOT NULL,
    id bigint DEFAULT nextval('enrollments.hits_id_seq'::regclass) NOT NULL,
    organization_id bigint NOT NULL,
    enrollment_id bigint NOT NULL,
    delivery_id bigint NOT NULL,
    rules integer,
    times integer DEFAULT 1 NOT NULL,
    mode text NOT NULL,
    kind text NOT NULL,
    method text,
    verdict text,
    reasons text[],
    url text,
    user_agent text,
    address text,
    prefetch text,
    detail text,
    CONSTRAINT hits_kind_check CHECK ((kind = ANY (ARRAY['open'::text, 'click'::text, 'unsubscribe'::text, 'bounce'::text, 'complaint'::text]))),
    CONSTRAINT hits_verdict_check CHECK ((verdict = ANY (ARRAY['human'::text, 'scanner'::text, 'privacy_proxy'::text, 'unknown'::text])))
);

CREATE TABLE enrollments.hits_p202612 (
    at timestamp with time zone NOT NULL,
    id bigint DEFAULT nextval('enrollments.hits_id_seq'::regclass) NOT NULL,
    organization_id bigint NOT NULL,
    enrollment_id bigint NOT NULL,
    delivery_id bigint NOT NULL,
    rules integer,
    times integer DEFAULT 1 NOT NULL,
    mode text NOT NULL,
    kind text NOT NULL,
    method text,
    verdict text,
    reasons text[],
    url text,
    user_agent text,
    address text,
    prefetch text,
    detail text,
    CONSTRAINT hits_kind_check CHECK ((kind = ANY (ARRAY['open'::text, 'click'::text, 'unsubscribe'::text, 'bounce'::text, 'complaint'::text]))),
    CONSTRAINT hits_verdict_check CHECK ((verdict = ANY (ARRAY['human'::text, 'scanner'::text, 'privacy_proxy'::text, 'unknown'::text])))
);

CREATE TABLE enrollments.hits_p202701 (
    at timestamp with time zone NOT NULL,
    id bigint DEFAULT nextval('enrollments.hits_id_seq'::regclass) NOT NULL,
    organization_id bigint NOT NULL,
    enrollment_id bigint NOT NULL,
    delivery_id bigint NOT NULL,
    rules integer,
    times integer DEFAULT 1 NOT NULL,
    mode text NOT NULL,
    kind text NOT NULL,
    method text,
    verdict text,
    reasons text[],
    url text,
    user_agent text,
    address text,
    prefetch text,
    detail text,
    CONSTRAINT hits_kind_check CHECK ((kind = ANY (ARRAY['open'::text, 'click'::text, 'unsubscribe'::text, 'bounce'::text, 'complaint'::text]))),
    CONSTRAINT hits_verdict_check CHECK ((verdict = ANY (ARRAY['human'::text, 'scanner'::text, 'privacy_proxy'::text, 'unknown'::text])))
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

CREATE TABLE enrollments.idempotency_keys_p20261201 (
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

CREATE TABLE enrollments.idempotency_keys_p20261202 (
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

CREATE TABLE enrollments.idempotency_keys_p20261203 (
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

CREATE TABLE enrollments.idempotency_keys_p20261204 (
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
    mode text NOT NULL,
    state text NOT NULL,
    running boolean GENERATED ALWAYS AS ((state <> ALL (ARRAY['paused'::text, 'deleted'::text]))) STORED NOT NULL,
    catching_up boolean DEFAULT false NOT NULL,
    draining boolean DEFAULT false NOT NULL,
    wake_at timestamp with time zone,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    name text NOT NULL,
    CONSTRAINT lanes_mode_check CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text]))),
    CONSTRAINT lanes_state_check CHECK ((state = ANY (ARRAY['draft'::text, 'active'::text, 'paused'::text, 'archived'::text, 'deleted'::text])))
)
WITH (fillfactor='70', autovacuum_vacuum_scale_factor='0.02');

CREATE TABLE enrollments.mails (
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

ALTER TABLE enrollments.mails ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME enrollments.mails_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE enrollments.outbox (
    id bigint NOT NULL,
    organization_id bigint NOT NULL,
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
    outcome text,
    reason text,
    variants json,
    CONSTRAINT outcomes_status_check CHECK ((status = ANY (ARRAY['completed'::text, 'failed'::text, 'cancelled'::text, 'holdout'::text])))
);

CREATE TABLE enrollments.postponements (
    failures integer NOT NULL,
    since timestamp with time zone NOT NULL,
    retry_at timestamp with time zone NOT NULL,
    kind text NOT NULL,
    item text NOT NULL
);

CREATE TABLE enrollments.refused_entries (
    id bigint NOT NULL,
    organization_id bigint NOT NULL,
    workflow_id bigint NOT NULL,
    refused_at timestamp with time zone NOT NULL,
    allowed_at timestamp with time zone,
    version integer NOT NULL,
    mode text NOT NULL,
    reason text NOT NULL,
    email text,
    lead_ref text,
    CONSTRAINT refused_entries_mode_check CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text])))
);

ALTER TABLE enrollments.refused_entries ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME enrollments.refused_entries_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
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
    entered_at timestamp with time zone NOT NULL,
    fence integer DEFAULT 0 NOT NULL,
    version integer NOT NULL,
    step_index integer DEFAULT 0 NOT NULL,
    attempt integer DEFAULT 0 NOT NULL,
    lines integer DEFAULT 0 NOT NULL,
    step_line integer,
    error_line integer,
    mode text NOT NULL,
    status text DEFAULT 'active'::text NOT NULL,
    phase text DEFAULT 'ready'::text NOT NULL,
    visits json,
    variants json,
    goals json,
    CONSTRAINT runs_phase_check CHECK ((phase = ANY (ARRAY['ready'::text, 'waiting'::text, 'effect'::text, 'parked'::text]))),
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

CREATE TABLE enrollments.send_slots (
    organization_id bigint NOT NULL,
    mode text NOT NULL,
    domain text NOT NULL,
    next_at timestamp with time zone NOT NULL
);

CREATE TABLE enrollments.senders (
    organization_id bigint NOT NULL,
    from_name text,
    from_email text,
    reply_to text,
    postal_address text,
    categories json DEFAULT '[]'::json NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    revision bigint DEFAULT 1 NOT NULL
);

CREATE TABLE enrollments.sending_domains (
    id bigint NOT NULL,
    organization_id bigint NOT NULL,
    domain text NOT NULL,
    token text NOT NULL,
    selector text NOT NULL,
    public_key text NOT NULL,
    private_key bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    checked_at timestamp with time zone,
    verified_at timestamp with time zone,
    next_check_at timestamp(3) with time zone,
    missed_checks integer DEFAULT 0 NOT NULL,
    txt_found boolean DEFAULT false NOT NULL,
    dkim_found boolean DEFAULT false NOT NULL
);

ALTER TABLE enrollments.sending_domains ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME enrollments.sending_domains_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE enrollments.sending_rules (
    organization_id bigint NOT NULL,
    rules json NOT NULL,
    has_competition boolean DEFAULT false NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    revision bigint DEFAULT 1 NOT NULL
);

CREATE TABLE enrollments.sends (
    id bigint NOT NULL,
    organization_id bigint NOT NULL,
    workflow_id bigint NOT NULL,
    enrollment_id bigint NOT NULL,
    planned_at timestamp with time zone NOT NULL,
    due_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone,
    placed_at timestamp with time zone,
    slot_at timestamp with time zone,
    decided_at timestamp with time zone,
    lost_to_workflow_id bigint,
    lost_to_enrollment_id bigint,
    priority integer NOT NULL,
    mode text NOT NULL,
    status text NOT NULL,
    channel text NOT NULL,
    class text NOT NULL,
    category text,
    step_id text NOT NULL,
    effect_key text NOT NULL,
    contact_key text NOT NULL,
    ref_key text,
    decision text,
    rule text,
    reason text,
    frame json,
    result json,
    CONSTRAINT sends_mode_check CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text]))),
    CONSTRAINT sends_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'held'::text, 'sending'::text, 'sent'::text, 'failed'::text, 'skipped'::text])))
)
WITH (fillfactor='80');

ALTER TABLE enrollments.sends ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME enrollments.sends_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE enrollments.spreading_events (
    organization_id bigint NOT NULL,
    accepted_at timestamp(3) with time zone NOT NULL,
    after_workflow_id bigint,
    after_enrollment_id bigint,
    parts integer NOT NULL,
    mode text NOT NULL,
    event_id text NOT NULL,
    CONSTRAINT spreading_events_mode_check CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text])))
);

CREATE TABLE enrollments.suppressions (
    id bigint NOT NULL,
    organization_id bigint NOT NULL,
    mode text NOT NULL,
    email text NOT NULL,
    channel text NOT NULL,
    category text,
    reason text NOT NULL,
    source text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT suppressions_mode_check CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text]))),
    CONSTRAINT suppressions_reason_check CHECK ((reason = ANY (ARRAY['unsubscribe'::text, 'bounce'::text, 'complaint'::text, 'manual'::text])))
);

ALTER TABLE enrollments.suppressions ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME enrollments.suppressions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE enrollments.suspensions (
    organization_id bigint NOT NULL,
    sequence bigint NOT NULL,
    is_suspended boolean NOT NULL
);

CREATE TABLE enrollments.timeline (
    enrollment_id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    duration_ms double precision,
    sequence integer NOT NULL,
    step_index integer NOT NULL,
    attempt integer NOT NULL,
    version integer NOT NULL,
    status text NOT NULL,
    message text NOT NULL,
    error text,
    output json,
    following json,
    held json
)
PARTITION BY RANGE (enrollment_id);

CREATE TABLE enrollments.timeline_default (
    enrollment_id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    duration_ms double precision,
    sequence integer NOT NULL,
    step_index integer NOT NULL,
    attempt integer NOT NULL,
    version integer NOT NULL,
    status text NOT NULL,
    message text NOT NULL,
    error text,
    output json,
    following json,
    held json
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
    version integer NOT NULL,
    status text NOT NULL,
    message text NOT NULL,
    error text,
    output json,
    following json,
    held json
);

CREATE TABLE enrollments.timeline_p1 (
    enrollment_id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    duration_ms double precision,
    sequence integer NOT NULL,
    step_index integer NOT NULL,
    attempt integer NOT NULL,
    version integer NOT NULL,
    status text NOT NULL,
    message text NOT NULL,
    error text,
    output json,
    following json,
    held json
);

CREATE TABLE enrollments.timeline_p2 (
    enrollment_id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    duration_ms double precision,
    sequence integer NOT NULL,
    step_index integer NOT NULL,
    attempt integer NOT NULL,
    version integer NOT NULL,
    status text NOT NULL,
    message text NOT NULL,
    error text,
    output json,
    following json,
    held json
);

CREATE TABLE enrollments.usage (
    organization_id bigint NOT NULL,
    used bigint NOT NULL,
    period_start timestamp with time zone NOT NULL,
    meter text NOT NULL
)
WITH (fillfactor='50');

CREATE TABLE enrollments.usage_added (
    id bigint NOT NULL,
    organization_id bigint NOT NULL,
    amount bigint NOT NULL,
    period_start timestamp with time zone NOT NULL,
    meter text NOT NULL
)
WITH (autovacuum_vacuum_threshold='1000', autovacuum_vacuum_scale_factor='0');

ALTER TABLE enrollments.usage_added ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME enrollments.usage_added_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE enrollments.usage_limits (
    organization_id bigint NOT NULL,
    included bigint NOT NULL,
    ceiling bigint NOT NULL,
    meter text NOT NULL
);

CREATE TABLE enrollments.usage_thresholds (
    organization_id bigint NOT NULL,
    period_start timestamp with time zone NOT NULL,
    threshold integer NOT NULL,
    meter text NOT NULL
);

CREATE TABLE enrollments.waits (
    organization_id bigint NOT NULL,
    enrollment_id bigint NOT NULL,
    workflow_id bigint NOT NULL,
    parked_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    contact_key uuid NOT NULL,
    place integer NOT NULL,
    mode text NOT NULL,
    event_name text NOT NULL,
    effect_key text NOT NULL,
    step_id text NOT NULL,
    exit text NOT NULL,
    match json,
    CONSTRAINT waits_mode_check CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text])))
)
WITH (autovacuum_vacuum_scale_factor='0.02');

CREATE TABLE enrollments.workflow_versions (
    workflow_id bigint NOT NULL,
    version integer NOT NULL,
    steps json NOT NULL,
    settings text NOT NULL,
    sealed bytea
);

ALTER TABLE ONLY enrollments.effects ATTACH PARTITION enrollments.effects_default DEFAULT;

ALTER TABLE ONLY enrollments.effects ATTACH PARTITION enrollments.effects_p0 FOR VALUES FROM ('0') TO ('1000000');

ALTER TABLE ONLY enrollments.effects ATTACH PARTITION enrollments.effects_p1 FOR VALUES FROM ('1000000') TO ('2000000');

ALTER TABLE ONLY enrollments.effects ATTACH PARTITION enrollments.effects_p2 FOR VALUES FROM ('2000000') TO ('3000000');

ALTER TABLE ONLY enrollments.event_answers ATTACH PARTITION enrollments.event_answers_default DEFAULT;

ALTER TABLE ONLY enrollments.event_answers ATTACH PARTITION enrollments.event_answers_p20261201 FOR VALUES FROM ('2026-12-01 00:00:00+00') TO ('2026-12-02 00:00:00+00');

ALTER TABLE ONLY enrollments.event_answers ATTACH PARTITION enrollments.event_answers_p20261202 FOR VALUES FROM ('2026-12-02 00:00:00+00') TO ('2026-12-03 00:00:00+00');

ALTER TABLE ONLY enrollments.event_answers ATTACH PARTITION enrollments.event_answers_p20261203 FOR VALUES FROM ('2026-12-03 00:00:00+00') TO ('2026-12-04 00:00:00+00');

ALTER TABLE ONLY enrollments.event_answers ATTACH PARTITION enrollments.event_answers_p20261204 FOR VALUES FROM ('2026-12-04 00:00:00+00') TO ('2026-12-05 00:00:00+00');

ALTER TABLE ONLY enrollments.event_contacts ATTACH PARTITION enrollments.event_contacts_default DEFAULT;

ALTER TABLE ONLY enrollments.event_contacts ATTACH PARTITION enrollments.event_contacts_p20261201 FOR VALUES FROM ('2026-12-01 00:00:00+00') TO ('2026-12-02 00:00:00+00');

ALTER TABLE ONLY enrollments.event_contacts ATTACH PARTITION enrollments.event_contacts_p20261202 FOR VALUES FROM ('2026-12-02 00:00:00+00') TO ('2026-12-03 00:00:00+00');

ALTER TABLE ONLY enrollments.event_contacts ATTACH PARTITION enrollments.event_contacts_p20261203 FOR VALUES FROM ('2026-12-03 00:00:00+00') TO ('2026-12-04 00:00:00+00');

ALTER TABLE ONLY enrollments.event_contacts ATTACH PARTITION enrollments.event_contacts_p20261204 FOR VALUES FROM ('2026-12-04 00:00:00+00') TO ('2026-12-05 00:00:00+00');

ALTER TABLE ONLY enrollments.events ATTACH PARTITION enrollments.events_default DEFAULT;

ALTER TABLE ONLY enrollments.events ATTACH PARTITION enrollments.events_p20261201 FOR VALUES FROM ('2026-12-01 00:00:00+00') TO ('2026-12-02 00:00:00+00');

ALTER TABLE ONLY enrollments.events ATTACH PARTITION enrollments.events_p20261202 FOR VALUES FROM ('2026-12-02 00:00:00+00') TO ('2026-12-03 00:00:00+00');

ALTER TABLE ONLY enrollments.events ATTACH PARTITION enrollments.events_p20261203 FOR VALUES FROM ('2026-12-03 00:00:00+00') TO ('2026-12-04 00:00:00+00');

ALTER TABLE ONLY enrollments.events ATTACH PARTITION enrollments.events_p20261204 FOR VALUES FROM ('2026-12-04 00:00:00+00') TO ('2026-12-05 00:00:00+00');

ALTER TABLE ONLY enrollments.hits ATTACH PARTITION enrollments.hits_default DEFAULT;

ALTER TABLE ONLY enrollments.hits ATTACH PARTITION enrollments.hits_p202612 FOR VALUES FROM ('2026-12-01 00:00:00+00') TO ('2027-01-01 00:00:00+00');

ALTER TABLE ONLY enrollments.hits ATTACH PARTITION enrollments.hits_p202701 FOR VALUES FROM ('2027-01-01 00:00:00+00') TO ('2027-02-01 00:00:00+00');

ALTER TABLE ONLY enrollments.idempotency_keys ATTACH PARTITION enrollments.idempotency_keys_default DEFAULT;

ALTER TABLE ONLY enrollments.idempotency_keys ATTACH PARTITION enrollments.idempotency_keys_p20261201 FOR VALUES FROM ('2026-12-01 00:00:00+00') TO ('2026-12-02 00:00:00+00');

ALTER TABLE ONLY enrollments.idempotency_keys ATTACH PARTITION enrollments.idempotency_keys_p20261202 FOR VALUES FROM ('2026-12-02 00:00:00+00') TO ('2026-12-03 00:00:00+00');

ALTER TABLE ONLY enrollments.idempotency_keys ATTACH PARTITION enrollments.idempotency_keys_p20261203 FOR VALUES FROM ('2026-12-03 00:00:00+00') TO ('2026-12-04 00:00:00+00');

ALTER TABLE ONLY enrollments.idempotency_keys ATTACH PARTITION enrollments.idempotency_keys_p20261204 FOR VALUES FROM ('2026-12-04 00:00:00+00') TO ('2026-12-05 00:00:00+00');

ALTER TABLE ONLY enrollments.timeline ATTACH PARTITION enrollments.timeline_default DEFAULT;

ALTER TABLE ONLY enrollments.timeline ATTACH PARTITION enrollments.timeline_p0 FOR VALUES FROM ('0') TO ('1000000');

ALTER TABLE ONLY enrollments.timeline ATTACH PARTITION enrollments.timeline_p1 FOR VALUES FROM ('1000000') TO ('2000000');

ALTER TABLE ONLY enrollments.timeline ATTACH PARTITION enrollments.timeline_p2 FOR VALUES FROM ('2000000') TO ('3000000');

INSERT INTO enrollments.counters VALUES
	(1, 1, 'step_a4ee2c0d2cdf', 'live', 0, 0, 1, 0, 0);

INSERT INTO enrollments.enrollment_search VALUES
	(1, 0, '
ada@example.com
ada');

INSERT INTO enrollments.enrollments VALUES
	(1, 1, 1, NULL, -1809607299997391402, NULL, '2026-12-01 22:29:47.757+00', NULL, '01a233ba-7682-7cff-9a41-e4504dc3dc0c', 1, 0, false, 'live', 'UTC', 'crm-1', 'ada@example.com', 'Ada', NULL, NULL, '{"email":"ada@example.com","first_name":"Ada","lead_ref":"crm-1"}');

INSERT INTO enrollments.event_contacts_p20261201 VALUES
	(1, '2026-12-01 22:29:47.788+00', 'ede74fc8-1569-0c83-a176-79e88999cffe', 'live', 'contact.created', 'evt_01a233ba-762d-7001-b4b0-2257390e9f96'),
	(1, '2026-12-01 22:29:47.788+00', '94e89c56-4765-55ad-1da6-383eb5cac1ac', 'live', 'contact.created', 'evt_01a233ba-762d-7001-b4b0-2257390e9f96'),
	(1, '2026-12-01 22:29:47.788+00', '4efa4e6c-45bf-0ad9-0816-97e6a7806935', 'live', 'contact.created', 'evt_01a233ba-762d-7001-b4b0-2257390e9f96');

INSERT INTO enrollments.events_p20261201 VALUES
	(1, '2026-12-01 22:29:47.788+00', '2026-12-01 22:29:47.694+00', NULL, 'live', 'crm', 0, 'evt_01a233ba-762d-7001-b4b0-2257390e9f96', 'contact.created', NULL, '{"lead_ref":"cnt_08f161e1caad82cce78c9e98","id":"01a233ba-7620-7243-85fd-e2a33a1aa69a","public_id":"cnt_08f161e1caad82cce78c9e98","email":"ada@example.com","first_name":"Ada","last_name":null,"title":null,"phone":null,"account_id":null,"account_public_id":null,"owner_id":null,"external_system":null,"external_id":null,"custom":{},"created_at":"2026-12-01T22:29:47.680Z","updated_at":"2026-12-01T22:29:47.680Z"}', '{"id":"01a233ba-7620-7243-85fd-e2a33a1aa69a","public_id":"cnt_08f161e1caad82cce78c9e98","email":"ada@example.com","first_name":"Ada","last_name":null,"title":null,"phone":null,"account_id":null,"account_public_id":null,"owner_id":null,"external_system":null,"external_id":null,"custom":{},"created_at":"2026-12-01T22:29:47.680Z","updated_at":"2026-12-01T22:29:47.680Z"}', '["01a233ba-7620-7243-85fd-e2a33a1aa69a","cnt_08f161e1caad82cce78c9e98"]');

INSERT INTO enrollments.inbox VALUES
	('enrollment-runtime', 'evt_01a233ba-762d-7001-b4b0-2257390e9f96');

INSERT INTO enrollments.kysely_migration VALUES
	('2026-12-01-0000-baseline', '2026-12-01T22:29:43.061Z');

INSERT INTO enrollments.kysely_migration_lock VALUES
	('migration_lock', 0);

INSERT INTO enrollments.lanes VALUES
	(1, 1, 1, 1, 'live', 'active', DEFAULT, false, false, NULL, '2026-12-01 22:29:47.481725+00', 'Kept by an upgrade');

INSERT INTO enrollments.outbox_lease VALUES
	(true, 'a7e4c5c6-3442-4382-b797-2c054a4c1656', '2026-12-01 22:29:48.330542+00');

INSERT INTO enrollments.outcomes VALUES
	(1, 1, 1, '2026-12-01 22:29:47.757+00', 1, 1, 2, NULL, 'live', 'completed', NULL, 'last_step', NULL);

INSERT INTO enrollments.timeline_p0 VALUES
	(1, '2026-12-01 22:29:47.757+00', NULL, 1, 0, 1, 1, 'succeeded', 'Started', NULL, NULL, '[{"step_index":1,"attempt":1,"status":"succeeded","message":"Hello Ada"}]', NULL);

INSERT INTO enrollments.usage_added OVERRIDING SYSTEM VALUE VALUES
	(1, 1, 1, '2026-12-01 00:00:00+00', 'enrollments');

INSERT INTO enrollments.workflow_versions VALUES
	(1, 1, '[{"id":"step_77df9e765051","type":"trigger","name":"Start","position":0,"config":{}},{"id":"step_a4ee2c0d2cdf","type":"log","name":"Note","position":1,"config":{"message":"Hello {{ first_name }}","level":"info"}}]', '{}', NULL);

SELECT pg_catalog.setval('enrollments.approvals_id_seq', 1, false);

SELECT pg_catalog.setval('enrollments.deliveries_id_seq', 1, false);

SELECT pg_catalog.setval('enrollments.enrollment_changes_seq', 1, true);

SELECT pg_catalog.setval('enrollments.enrollments_id_seq', 1, true);

SELECT pg_catalog.setval('enrollments.held_entries_id_seq', 1, false);

SELECT pg_catalog.setval('enrollments.hits_id_seq', 1, false);

SELECT pg_catalog.setval('enrollments.jobs_id_seq', 1, false);

SELECT pg_catalog.setval('enrollments.mails_id_seq', 1, false);

SELECT pg_catalog.setval('enrollments.outbox_id_seq', 2, true);

SELECT pg_catalog.setval('enrollments.refused_entries_id_seq', 1, false);

SELECT pg_catalog.setval('enrollments.sending_domains_id_seq', 1, false);

SELECT pg_catalog.setval('enrollments.sends_id_seq', 1, false);

SELECT pg_catalog.setval('enrollments.suppressions_id_seq', 1, false);

SELECT pg_catalog.setval('enrollments.usage_added_id_seq', 1, true);

ALTER TABLE ONLY enrollments.approval_notices
    ADD CONSTRAINT approval_notices_pkey PRIMARY KEY (organization_id);

ALTER TABLE ONLY enrollments.approvals
    ADD CONSTRAINT approvals_organization_id_mode_request_key_key UNIQUE (organization_id, mode, request_key);

ALTER TABLE ONLY enrollments.approvals
    ADD CONSTRAINT approvals_pkey PRIMARY KEY (id);

ALTER TABLE ONLY enrollments.awaited_names
    ADD CONSTRAINT awaited_names_pkey PRIMARY KEY (organization_id, mode, event_name, workflow_id);

ALTER TABLE ONLY enrollments.bounce_reports
    ADD CONSTRAINT bounce_reports_pkey PRIMARY KEY (source, report_id);

ALTER TABLE ONLY enrollments.chains
    ADD CONSTRAINT chains_pkey PRIMARY KEY (organization_id, cause);

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

ALTER TABLE ONLY enrollments.entitlements
    ADD CONSTRAINT entitlements_pkey PRIMARY KEY (organization_id);

ALTER TABLE ONLY enrollments.erased_records
    ADD CONSTRAINT erased_records_pkey PRIMARY KEY (organization_id, record_id);

ALTER TABLE ONLY enrollments.event_answers
    ADD CONSTRAINT event_answers_pkey PRIMARY KEY (organization_id, event_id, accepted_at, part);

ALTER TABLE ONLY enrollments.event_answers_default
    ADD CONSTRAINT event_answers_default_pkey PRIMARY KEY (organization_id, event_id, accepted_at, part);

ALTER TABLE ONLY enrollments.event_answers_p20261201
    ADD CONSTRAINT event_answers_p20261201_pkey PRIMARY KEY (organization_id, event_id, accepted_at, part);

ALTER TABLE ONLY enrollments.event_answers_p20261202
    ADD CONSTRAINT event_answers_p20261202_pkey PRIMARY KEY (organization_id, event_id, accepted_at, part);

ALTER TABLE ONLY enrollments.event_answers_p20261203
    ADD CONSTRAINT event_answers_p20261203_pkey PRIMARY KEY (organization_id, event_id, accepted_at, part);

ALTER TABLE ONLY enrollments.event_answers_p20261204
    ADD CONSTRAINT event_answers_p20261204_pkey PRIMARY KEY (organization_id, event_id, accepted_at, part);

ALTER TABLE ONLY enrollments.event_contacts
    ADD CONSTRAINT event_contacts_pkey PRIMARY KEY (organization_id, contact_key, event_name, accepted_at, event_id);

ALTER TABLE ONLY enrollments.event_contacts_default
    ADD CONSTRAINT event_contacts_default_pkey PRIMARY KEY (organization_id, contact_key, event_name, accepted_at, event_id);

ALTER TABLE ONLY enrollments.event_contacts_p20261201
    ADD CONSTRAINT event_contacts_p20261201_pkey PRIMARY KEY (organization_id, contact_key, event_name, accepted_at, event_id);

ALTER TABLE ONLY enrollments.event_contacts_p20261202
    ADD CONSTRAINT event_contacts_p20261202_pkey PRIMARY KEY (organization_id, contact_key, event_name, accepted_at, event_id);

ALTER TABLE ONLY enrollments.event_contacts_p20261203
    ADD CONSTRAINT event_contacts_p20261203_pkey PRIMARY KEY (organization_id, contact_key, event_name, accepted_at, event_id);

ALTER TABLE ONLY enrollments.event_contacts_p20261204
    ADD CONSTRAINT event_contacts_p20261204_pkey PRIMARY KEY (organization_id, contact_key, event_name, accepted_at, event_id);

ALTER TABLE ONLY enrollments.event_keys
    ADD CONSTRAINT event_keys_pkey PRIMARY KEY (organization_id, mode, key);

ALTER TABLE ONLY enrollments.event_triggers
    ADD CONSTRAINT event_triggers_pkey PRIMARY KEY (workflow_id);

ALTER TABLE ONLY enrollments.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (organization_id, mode, accepted_at, id);

ALTER TABLE ONLY enrollments.events_default
    ADD CONSTRAINT events_default_pkey PRIMARY KEY (organization_id, mode, accepted_at, id);

ALTER TABLE ONLY enrollments.events_p20261201
    ADD CONSTRAINT events_p20261201_pkey PRIMARY KEY (organization_id, mode, accepted_at, id);

ALTER TABLE ONLY enrollments.events_p20261202
    ADD CONSTRAINT events_p20261202_pkey PRIMARY KEY (organization_id, mode, accepted_at, id);

ALTER TABLE ONLY enrollments.events_p20261203
    ADD CONSTRAINT events_p20261203_pkey PRIMARY KEY (organization_id, mode, accepted_at, id);

ALTER TABLE ONLY enrollments.events_p20261204
    ADD CONSTRAINT events_p20261204_pkey PRIMARY KEY (organization_id, mode, accepted_at, id);

ALTER TABLE ONLY enrollments.funnel_marks
    ADD CONSTRAINT funnel_marks_pkey PRIMARY KEY (workflow_id, mode, kind, name);

ALTER TABLE ONLY enrollments.goal_watches
    ADD CONSTRAINT goal_watches_pkey PRIMARY KEY (organization_id, contact_key, enrollment_id);

ALTER TABLE ONLY enrollments.goals_met
    ADD CONSTRAINT goals_met_pkey PRIMARY KEY (workflow_id, enrollment_id, goal);

ALTER TABLE ONLY enrollments.held_entries
    ADD CONSTRAINT held_entries_pkey PRIMARY KEY (id);

ALTER TABLE ONLY enrollments.held_lines
    ADD CONSTRAINT held_lines_pkey PRIMARY KEY (organization_id);

ALTER TABLE ONLY enrollments.held_notices
    ADD CONSTRAINT held_notices_pkey PRIMARY KEY (organization_id);

ALTER TABLE ONLY enrollments.hits
    ADD CONSTRAINT hits_pkey PRIMARY KEY (at, id);

ALTER TABLE ONLY enrollments.hits_default
    ADD CONSTRAINT hits_default_pkey PRIMARY KEY (at, id);

ALTER TABLE ONLY enrollments.hits_p202612
    ADD CONSTRAINT hits_p202612_pkey PRIMARY KEY (at, id);

ALTER TABLE ONLY enrollments.hits_p202701
    ADD CONSTRAINT hits_p202701_pkey PRIMARY KEY (at, id);

ALTER TABLE ONLY enrollments.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY enrollments.idempotency_keys_default
    ADD CONSTRAINT idempotency_keys_default_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY enrollments.idempotency_keys_p20261201
    ADD CONSTRAINT idempotency_keys_p20261201_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY enrollments.idempotency_keys_p20261202
    ADD CONSTRAINT idempotency_keys_p20261202_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY enrollments.idempotency_keys_p20261203
    ADD CONSTRAINT idempotency_keys_p20261203_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY enrollments.idempotency_keys_p20261204
    ADD CONSTRAINT idempotency_keys_p20261204_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

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

ALTER TABLE ONLY enrollments.mails
    ADD CONSTRAINT mails_organization_id_key_key UNIQUE (organization_id, key);

ALTER TABLE ONLY enrollments.mails
    ADD CONSTRAINT mails_pkey PRIMARY KEY (id);

ALTER TABLE ONLY enrollments.outbox_lease
    ADD CONSTRAINT outbox_lease_pkey PRIMARY KEY (id);

ALTER TABLE ONLY enrollments.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (id);

ALTER TABLE ONLY enrollments.outcomes
    ADD CONSTRAINT outcomes_pkey PRIMARY KEY (workflow_id, enrollment_id);

ALTER TABLE ONLY enrollments.postponements
    ADD CONSTRAINT postponements_pkey PRIMARY KEY (kind, item);

ALTER TABLE ONLY enrollments.refused_entries
    ADD CONSTRAINT refused_entries_pkey PRIMARY KEY (id);

ALTER TABLE ONLY enrollments.removals
    ADD CONSTRAINT removals_pkey PRIMARY KEY (organization_id, enrollment_id);

ALTER TABLE ONLY enrollments.run_data
    ADD CONSTRAINT run_data_pkey PRIMARY KEY (enrollment_id);

ALTER TABLE ONLY enrollments.runs
    ADD CONSTRAINT runs_pkey PRIMARY KEY (workflow_id, enrollment_id);

ALTER TABLE ONLY enrollments.schedules
    ADD CONSTRAINT schedules_pkey PRIMARY KEY (workflow_id);

ALTER TABLE ONLY enrollments.send_slots
    ADD CONSTRAINT send_slots_pkey PRIMARY KEY (organization_id, mode, domain);

ALTER TABLE ONLY enrollments.senders
    ADD CONSTRAINT senders_pkey PRIMARY KEY (organization_id);

ALTER TABLE ONLY enrollments.sending_domains
    ADD CONSTRAINT sending_domains_organization_id_domain_key UNIQUE (organization_id, domain);

ALTER TABLE ONLY enrollments.sending_domains
    ADD CONSTRAINT sending_domains_pkey PRIMARY KEY (id);

ALTER TABLE ONLY enrollments.sending_rules
    ADD CONSTRAINT sending_rules_pkey PRIMARY KEY (organization_id);

ALTER TABLE ONLY enrollments.sends
    ADD CONSTRAINT sends_organization_id_effect_key_key UNIQUE (organization_id, effect_key);

ALTER TABLE ONLY enrollments.sends
    ADD CONSTRAINT sends_pkey PRIMARY KEY (id);

ALTER TABLE ONLY enrollments.spreading_events
    ADD CONSTRAINT spreading_events_pkey PRIMARY KEY (organization_id, event_id);

ALTER TABLE ONLY enrollments.suppressions
    ADD CONSTRAINT suppressions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY enrollments.suspensions
    ADD CONSTRAINT suspensions_pkey PRIMARY KEY (organization_id);

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

ALTER TABLE ONLY enrollments.usage_added
    ADD CONSTRAINT usage_added_pkey PRIMARY KEY (id);

ALTER TABLE ONLY enrollments.usage_limits
    ADD CONSTRAINT usage_limits_pkey PRIMARY KEY (organization_id, meter);

ALTER TABLE ONLY enrollments.usage
    ADD CONSTRAINT usage_pkey PRIMARY KEY (organization_id, meter, period_start);

ALTER TABLE ONLY enrollments.usage_thresholds
    ADD CONSTRAINT usage_thresholds_pkey PRIMARY KEY (organization_id, meter, period_start, threshold);

ALTER TABLE ONLY enrollments.waits
    ADD CONSTRAINT waits_pkey PRIMARY KEY (organization_id, mode, event_name, contact_key, enrollment_id, place);

ALTER TABLE ONLY enrollments.workflow_versions
    ADD CONSTRAINT workflow_versions_pkey PRIMARY KEY (workflow_id, version);

CREATE INDEX approvals_decided_at_idx ON enrollments.approvals USING btree (decided_at) WHERE (status <> 'pending'::text);

CREATE INDEX approvals_enrollment_id_idx ON enrollments.approvals USING btree (enrollment_id);

CREATE INDEX approvals_expires_at_idx ON enrollments.approvals USING btree (expires_at) WHERE (status = 'pending'::text);

CREATE INDEX approvals_of_no_enrollment_idx ON enrollments.approvals USING btree (organization_id, id) WHERE (enrollment_id IS NULL);

CREATE INDEX approvals_organization_id_mode_id_idx ON enrollments.approvals USING btree (organization_id, mode, id);

CREATE INDEX approvals_organization_id_mode_pending_idx ON enrollments.approvals USING btree (organization_id, mode, id) WHERE (status = 'pending'::text);

CREATE INDEX approvals_organization_id_workflow_id_idx ON enrollments.approvals USING btree (organization_id, workflow_id, id);

CREATE INDEX approvals_unnotified_idx ON enrollments.approvals USING btree (organization_id, id) WHERE ((notified_at IS NULL) AND (status = 'pending'::text) AND (mode = 'live'::text));

CREATE INDEX bounce_reports_taken_at_idx ON enrollments.bounce_reports USING btree (taken_at);

CREATE INDEX chains_counted_on_idx ON enrollments.chains USING btree (counted_on);

CREATE INDEX deliveries_message_key_idx ON enrollments.deliveries USING hash ("left"(message_id, 41));

CREATE INDEX enrollment_search_block_idx ON enrollments.enrollment_search USING btree (workflow_id, block);

CREATE INDEX enrollment_search_text_idx ON enrollments.enrollment_search USING gin (workflow_id, text public.gin_trgm_ops);

CREATE INDEX enrollments_block_idx ON enrollments.enrollments USING btree (workflow_id, ((id >> 3)));

CREATE INDEX enrollments_contact_hash_idx ON enrollments.enrollments USING btree (workflow_id, contact_hash) WHERE (contact_hash IS NOT NULL);

CREATE INDEX enrollments_entry_hash_idx ON enrollments.enrollments USING btree (workflow_id, entry_hash) WHERE (entry_hash IS NOT NULL);

CREATE INDEX enrollments_lead_ref_idx ON enrollments.enrollments USING btree (workflow_id, "left"(lead_ref, 64), id) WHERE (lead_ref IS NOT NULL);

CREATE INDEX enrollments_test_idx ON enrollments.enrollments USING btree (workflow_id, id) WHERE (mode = 'test'::text);

CREATE INDEX event_keys_accepted_at_idx ON enrollments.event_keys USING btree (accepted_at);

CREATE INDEX event_triggers_organization_id_mode_event_name_idx ON enrollments.event_triggers USING btree (organization_id, mode, event_name, workflow_id);

CREATE INDEX events_id_idx ON ONLY enrollments.events USING btree (organization_id, id);

CREATE INDEX events_default_organization_id_id_idx ON enrollments.events_default USING btree (organization_id, id);

CREATE INDEX events_name_idx ON ONLY enrollments.events USING btree (organization_id, mode, name, accepted_at, id);

CREATE INDEX events_default_organization_id_mode_name_accepted_at_id_idx ON enrollments.events_default USING btree (organization_id, mode, name, accepted_at, id);

CREATE INDEX events_p20261201_organization_id_id_idx ON enrollments.events_p20261201 USING btree (organization_id, id);

CREATE INDEX events_p20261201_organization_id_mode_name_accepted_at_id_idx ON enrollments.events_p20261201 USING btree (organization_id, mode, name, accepted_at, id);

CREATE INDEX events_p20261202_organization_id_id_idx ON enrollments.events_p20261202 USING btree (organization_id, id);

CREATE INDEX events_p20261202_organization_id_mode_name_accepted_at_id_idx ON enrollments.events_p20261202 USING btree (organization_id, mode, name, accepted_at, id);

CREATE INDEX events_p20261203_organization_id_id_idx ON enrollments.events_p20261203 USING btree (organization_id, id);

CREATE INDEX events_p20261203_organization_id_mode_name_accepted_at_id_idx ON enrollments.events_p20261203 USING btree (organization_id, mode, name, accepted_at, id);

CREATE INDEX events_p20261204_organization_id_id_idx ON enrollments.events_p20261204 USING btree (organization_id, id);

CREATE INDEX events_p20261204_organization_id_mode_name_accepted_at_id_idx ON enrollments.events_p20261204 USING btree (organization_id, mode, name, accepted_at, id);

CREATE INDEX goal_watches_enrollment_id_idx ON enrollments.goal_watches USING btree (enrollment_id);

CREATE INDEX goal_watches_expires_at_idx ON enrollments.goal_watches USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX held_entries_email_idx ON enrollments.held_entries USING btree (organization_id, "left"(email, 64), id) WHERE (email IS NOT NULL);

CREATE INDEX held_entries_expires_at_idx ON enrollments.held_entries USING btree (expires_at);

CREATE INDEX held_entries_lead_ref_idx ON enrollments.held_entries USING btree (organization_id, "left"(lead_ref, 64), id) WHERE (lead_ref IS NOT NULL);

CREATE INDEX held_entries_organization_id_id_idx ON enrollments.held_entries USING btree (organization_id, id);

CREATE INDEX held_entries_workflow_id_idx ON enrollments.held_entries USING btree (workflow_id, id);

CREATE INDEX held_lines_retry_at_idx ON enrollments.held_lines USING btree (retry_at);

CREATE INDEX held_notices_due_at_idx ON enrollments.held_notices USING btree (due_at) WHERE (due_at IS NOT NULL);

CREATE INDEX hits_unjudged_idx ON ONLY enrollments.hits USING btree (at) WHERE ((verdict IS NULL) AND (kind = ANY (ARRAY['open'::text, 'click'::text])));

CREATE INDEX hits_default_at_idx ON enrollments.hits_default USING btree (at) WHERE ((verdict IS NULL) AND (kind = ANY (ARRAY['open'::text, 'click'::text])));

CREATE INDEX hits_delivery_id_idx ON ONLY enrollments.hits USING btree (delivery_id, at);

CREATE INDEX hits_default_delivery_id_at_idx ON enrollments.hits_default USING btree (delivery_id, at);

CREATE INDEX hits_enrollment_id_idx ON ONLY enrollments.hits USING btree (enrollment_id, at);

CREATE INDEX hits_default_enrollment_id_at_idx ON enrollments.hits_default USING btree (enrollment_id, at);

CREATE INDEX hits_p202612_at_idx ON enrollments.hits_p202612 USING btree (at) WHERE ((verdict IS NULL) AND (kind = ANY (ARRAY['open'::text, 'click'::text])));

CREATE INDEX hits_p202612_delivery_id_at_idx ON enrollments.hits_p202612 USING btree (delivery_id, at);

CREATE INDEX hits_p202612_enrollment_id_at_idx ON enrollments.hits_p202612 USING btree (enrollment_id, at);

CREATE INDEX hits_p202701_at_idx ON enrollments.hits_p202701 USING btree (at) WHERE ((verdict IS NULL) AND (kind = ANY (ARRAY['open'::text, 'click'::text])));

CREATE INDEX hits_p202701_delivery_id_at_idx ON enrollments.hits_p202701 USING btree (delivery_id, at);

CREATE INDEX hits_p202701_enrollment_id_at_idx ON enrollments.hits_p202701 USING btree (enrollment_id, at);

CREATE INDEX jobs_kind_wake_at_idx ON enrollments.jobs USING btree (kind, wake_at) WHERE (status = ANY (ARRAY['queued'::text, 'running'::text]));

CREATE INDEX jobs_organization_id_kind_id_idx ON enrollments.jobs USING btree (organization_id, kind, id);

CREATE INDEX lanes_draining_idx ON enrollments.lanes USING btree (workflow_id) WHERE draining;

CREATE INDEX lanes_organization_id_workflow_id_idx ON enrollments.lanes USING btree (organization_id, workflow_id);

CREATE INDEX lanes_wake_at_idx ON enrollments.lanes USING btree (wake_at) INCLUDE (organization_id, workflow_id) WHERE (running AND (wake_at IS NOT NULL));

CREATE INDEX mails_finished_at_idx ON enrollments.mails USING btree (finished_at);

CREATE INDEX outbox_organization_id_id_idx ON enrollments.outbox USING btree (organization_id, id);

CREATE INDEX outcomes_enrollment_id_idx ON enrollments.outcomes USING brin (enrollment_id int8_minmax_multi_ops) WITH (pages_per_range='32', autosummarize='on');

CREATE INDEX outcomes_failed_ended_at_idx ON enrollments.outcomes USING btree (workflow_id, mode, ended_at) WHERE (status = 'failed'::text);

CREATE INDEX outcomes_status_idx ON enrollments.outcomes USING btree (workflow_id, status, enrollment_id);

CREATE INDEX outcomes_step_index_idx ON enrollments.outcomes USING btree (workflow_id, step_index, status, enrollment_id);

CREATE INDEX outcomes_test_status_idx ON enrollments.outcomes USING btree (workflow_id, status, enrollment_id) WHERE (mode = 'test'::text);

CREATE INDEX outcomes_test_step_index_idx ON enrollments.outcomes USING btree (workflow_id, step_index, status, enrollment_id) WHERE (mode = 'test'::text);

CREATE INDEX refused_entries_email_idx ON enrollments.refused_entries USING btree (organization_id, "left"(email, 64), id) WHERE (email IS NOT NULL);

CREATE INDEX refused_entries_lead_ref_idx ON enrollments.refused_entries USING btree (organization_id, "left"(lead_ref, 64), id) WHERE (lead_ref IS NOT NULL);

CREATE INDEX refused_entries_refused_at_idx ON enrollments.refused_entries USING btree (refused_at);

CREATE INDEX runs_lease_until_idx ON enrollments.runs USING btree (workflow_id, lease_until) WHERE (lease_until IS NOT NULL);

CREATE INDEX runs_paused_idx ON enrollments.runs USING btree (workflow_id, enrollment_id) WHERE (status = 'paused'::text);

CREATE INDEX runs_paused_step_index_idx ON enrollments.runs USING btree (workflow_id, step_index, enrollment_id) WHERE (status = 'paused'::text);

CREATE INDEX runs_step_index_idx ON enrollments.runs USING btree (workflow_id, step_index, enrollment_id);

CREATE INDEX runs_test_idx ON enrollments.runs USING btree (workflow_id, step_index, enrollment_id) WHERE (mode = 'test'::text);

CREATE INDEX runs_test_status_idx ON enrollments.runs USING btree (workflow_id, status, enrollment_id) WHERE (mode = 'test'::text);

CREATE INDEX runs_wake_at_idx ON enrollments.runs USING btree (workflow_id, wake_at) WHERE (wake_at IS NOT NULL);

CREATE INDEX schedules_next_tick_at_idx ON enrollments.schedules USING btree (next_tick_at);

CREATE UNIQUE INDEX sending_domains_domain_key ON enrollments.sending_domains USING btree (domain) WHERE (verified_at IS NOT NULL);

CREATE INDEX sending_domains_next_check_at_idx ON enrollments.sending_domains USING btree (next_check_at) WHERE (verified_at IS NOT NULL);

CREATE INDEX sends_contact_key_idx ON enrollments.sends USING btree (contact_key);

CREATE INDEX sends_held_idx ON enrollments.sends USING btree (enrollment_id) WHERE (status = 'held'::text);

CREATE INDEX sends_held_planned_at_idx ON enrollments.sends USING btree (planned_at) WHERE (status = 'held'::text);

CREATE INDEX sends_planned_at_idx ON enrollments.sends USING brin (planned_at) WITH (pages_per_range='32', autosummarize='on');

CREATE INDEX sends_quota_idx ON enrollments.sends USING btree (organization_id, planned_at, id) WHERE ((status = 'held'::text) AND (rule = 'quota'::text));

CREATE INDEX sends_ref_key_idx ON enrollments.sends USING btree (ref_key) WHERE (ref_key IS NOT NULL);

CREATE INDEX spreading_events_accepted_at_idx ON enrollments.spreading_events USING btree (accepted_at);

CREATE INDEX suppressions_created_at_idx ON enrollments.suppressions USING brin (created_at) WITH (pages_per_range='32', autosummarize='on');

CREATE UNIQUE INDEX suppressions_email_key ON enrollments.suppressions USING btree (organization_id, mode, email, channel, COALESCE(category, ''::text), reason);

CREATE INDEX suppressions_mode_idx ON enrollments.suppressions USING btree (organization_id, mode, id);

CREATE INDEX suspensions_suspended_idx ON enrollments.suspensions USING btree (organization_id) WHERE is_suspended;

CREATE INDEX usage_added_organization_id_meter_period_start_idx ON enrollments.usage_added USING btree (organization_id, meter, period_start);

CREATE INDEX waits_enrollment_id_idx ON enrollments.waits USING btree (enrollment_id);

ALTER INDEX enrollments.effects_pkey ATTACH PARTITION enrollments.effects_default_pkey;

ALTER INDEX enrollments.effects_pkey ATTACH PARTITION enrollments.effects_p0_pkey;

ALTER INDEX enrollments.effects_pkey ATTACH PARTITION enrollments.effects_p1_pkey;

ALTER INDEX enrollments.effects_pkey ATTACH PARTITION enrollments.effects_p2_pkey;

ALTER INDEX enrollments.event_answers_pkey ATTACH PARTITION enrollments.event_answers_default_pkey;

ALTER INDEX enrollments.event_answers_pkey ATTACH PARTITION enrollments.event_answers_p20261201_pkey;

ALTER INDEX enrollments.event_answers_pkey ATTACH PARTITION enrollments.event_answers_p20261202_pkey;

ALTER INDEX enrollments.event_answers_pkey ATTACH PARTITION enrollments.event_answers_p20261203_pkey;

ALTER INDEX enrollments.event_answers_pkey ATTACH PARTITION enrollments.event_answers_p20261204_pkey;

ALTER INDEX enrollments.event_contacts_pkey ATTACH PARTITION enrollments.event_contacts_default_pkey;

ALTER INDEX enrollments.event_contacts_pkey ATTACH PARTITION enrollments.event_contacts_p20261201_pkey;

ALTER INDEX enrollments.event_contacts_pkey ATTACH PARTITION enrollments.event_contacts_p20261202_pkey;

ALTER INDEX enrollments.event_contacts_pkey ATTACH PARTITION enrollments.event_contacts_p20261203_pkey;

ALTER INDEX enrollments.event_contacts_pkey ATTACH PARTITION enrollments.event_contacts_p20261204_pkey;

ALTER INDEX enrollments.events_id_idx ATTACH PARTITION enrollments.events_default_organization_id_id_idx;

ALTER INDEX enrollments.events_name_idx ATTACH PARTITION enrollments.events_default_organization_id_mode_name_accepted_at_id_idx;

ALTER INDEX enrollments.events_pkey ATTACH PARTITION enrollments.events_default_pkey;

ALTER INDEX enrollments.events_id_idx ATTACH PARTITION enrollments.events_p20261201_organization_id_id_idx;

ALTER INDEX enrollments.events_name_idx ATTACH PARTITION enrollments.events_p20261201_organization_id_mode_name_accepted_at_id_idx;

ALTER INDEX enrollments.events_pkey ATTACH PARTITION enrollments.events_p20261201_pkey;

ALTER INDEX enrollments.events_id_idx ATTACH PARTITION enrollments.events_p20261202_organization_id_id_idx;

ALTER INDEX enrollments.events_name_idx ATTACH PARTITION enrollments.events_p20261202_organization_id_mode_name_accepted_at_id_idx;

ALTER INDEX enrollments.events_pkey ATTACH PARTITION enrollments.events_p20261202_pkey;

ALTER INDEX enrollments.events_id_idx ATTACH PARTITION enrollments.events_p20261203_organization_id_id_idx;

ALTER INDEX enrollments.events_name_idx ATTACH PARTITION enrollments.events_p20261203_organization_id_mode_name_accepted_at_id_idx;

ALTER INDEX enrollments.events_pkey ATTACH PARTITION enrollments.events_p20261203_pkey;

ALTER INDEX enrollments.events_id_idx ATTACH PARTITION enrollments.events_p20261204_organization_id_id_idx;

ALTER INDEX enrollments.events_name_idx ATTACH PARTITION enrollments.events_p20261204_organization_id_mode_name_accepted_at_id_idx;

ALTER INDEX enrollments.events_pkey ATTACH PARTITION enrollments.events_p20261204_pkey;

ALTER INDEX enrollments.hits_unjudged_idx ATTACH PARTITION enrollments.hits_default_at_idx;

ALTER INDEX enrollments.hits_delivery_id_idx ATTACH PARTITION enrollments.hits_default_delivery_id_at_idx;

ALTER INDEX enrollments.hits_enrollment_id_idx ATTACH PARTITION enrollments.hits_default_enrollment_id_at_idx;

ALTER INDEX enrollments.hits_pkey ATTACH PARTITION enrollments.hits_default_pkey;

ALTER INDEX enrollments.hits_unjudged_idx ATTACH PARTITION enrollments.hits_p202612_at_idx;

ALTER INDEX enrollments.hits_delivery_id_idx ATTACH PARTITION enrollments.hits_p202612_delivery_id_at_idx;

ALTER INDEX enrollments.hits_enrollment_id_idx ATTACH PARTITION enrollments.hits_p202612_enrollment_id_at_idx;

ALTER INDEX enrollments.hits_pkey ATTACH PARTITION enrollments.hits_p202612_pkey;

ALTER INDEX enrollments.hits_unjudged_idx ATTACH PARTITION enrollments.hits_p202701_at_idx;

ALTER INDEX enrollments.hits_delivery_id_idx ATTACH PARTITION enrollments.hits_p202701_delivery_id_at_idx;

ALTER INDEX enrollments.hits_enrollment_id_idx ATTACH PARTITION enrollments.hits_p202701_enrollment_id_at_idx;

ALTER INDEX enrollments.hits_pkey ATTACH PARTITION enrollments.hits_p202701_pkey;

ALTER INDEX enrollments.idempotency_keys_pkey ATTACH PARTITION enrollments.idempotency_keys_default_pkey;

ALTER INDEX enrollments.idempotency_keys_pkey ATTACH PARTITION enrollments.idempotency_keys_p20261201_pkey;

ALTER INDEX enrollments.idempotency_keys_pkey ATTACH PARTITION enrollments.idempotency_keys_p20261202_pkey;

ALTER INDEX enrollments.idempotency_keys_pkey ATTACH PARTITION enrollments.idempotency_keys_p20261203_pkey;

ALTER INDEX enrollments.idempotency_keys_pkey ATTACH PARTITION enrollments.idempotency_keys_p20261204_pkey;

ALTER INDEX enrollments.timeline_pkey ATTACH PARTITION enrollments.timeline_default_pkey;

ALTER INDEX enrollments.timeline_pkey ATTACH PARTITION enrollments.timeline_p0_pkey;

ALTER INDEX enrollments.timeline_pkey ATTACH PARTITION enrollments.timeline_p1_pkey;

ALTER INDEX enrollments.timeline_pkey ATTACH PARTITION enrollments.timeline_p2_pkey;

CREATE STATISTICS enrollments.outcomes_place (mcv) ON workflow_id, step_index, status FROM enrollments.outcomes;

CREATE TRIGGER senders_raise_revision BEFORE UPDATE ON enrollments.senders FOR EACH ROW EXECUTE FUNCTION enrollments.raise_revision();

CREATE TRIGGER sending_rules_raise_revision BEFORE UPDATE ON enrollments.sending_rules FOR EACH ROW EXECUTE FUNCTION enrollments.raise_revision();
