SET statement_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

CREATE FUNCTION agents.raise_revision() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    begin
      -- Of the stored row: a writer that read the row before may send the number that it read.
      new.revision := old.revision + 1;
      return new;
    end $$;

CREATE FUNCTION agents.reserve_spend(own_created_at timestamp with time zone, own_execution_id bigint, own_seq integer, own_attempt integer, own_organization_id bigint, own_agent_id bigint, own_workflow_id bigint, own_kind text, own_model text, own_keys text[], own_limits bigint[], own_drawn boolean[], own_ends timestamp with time zone[], own_amount bigint, own_basis text, lease interval, is_sent boolean) RETURNS TABLE(full_key text, most bigint, spent bigint, reserved bigint)
    LANGUAGE plpgsql
    AS $$
    declare
      own reservations;
      now_exact timestamptz;
    begin
      insert into spend_windows (key, organization_id, limit_pico_usd, ends_at)
      select asked.key, own_organization_id, case when asked.is_drawn then 0 else asked.most end, asked.ends_at
      from unnest(own_keys, own_limits, own_drawn, own_ends) as asked (key, most, is_drawn, ends_at) order by asked.key
      on conflict (key) do nothing;
      select * into own from reservations as known
      where known.created_at = own_created_at and known.execution_id = own_execution_id and known.seq = own_seq
        and known.attempt = own_attempt;
      perform from spend_windows where key = any(own_keys || coalesce(own.keys, '{}')) order by key for update;
      now_exact := clock_timestamp();
      select * into own from reservations as known
      where known.created_at = own_created_at and known.execution_id = own_execution_id and known.seq = own_seq
        and known.attempt = own_attempt for update;
      if own.state = 'open' and own.model = own_model and own.amount_pico_usd >= own_amount then
        update reservations as known set lease_until = now_exact + lease,
          sent_at = case when is_sent then coalesce(known.sent_at, now_exact) else known.sent_at end
        where known.created_at = own_created_at and known.execution_id = own_execution_id and known.seq = own_seq
          and known.attempt = own_attempt;
        return;
      end if;
      if own.sent_at is not null then
        raise exception 'attempt % of step % of execution % was settled', own_attempt, own_seq, own_execution_id;
      end if;
      -- It was reserved for another call, such as that of another model, and not sent.
      if own.state = 'open' then
        update spend_windows as own_window set reserved_pico_usd = own_window.reserved_pico_usd - own.amount_pico_usd
        where own_window.key = any(own.keys);
      end if;
      return query
        select own_window.key, coalesce(case when asked.is_drawn then own_window.limit_pico_usd else asked.most end, 0),
          own_window.spent_pico_usd, own_window.reserved_pico_usd
        from spend_windows as own_window
        join unnest(own_keys, own_limits, own_drawn) as asked (key, most, is_drawn) using (key)
        where own_window.spent_pico_usd + own_window.reserved_pico_usd + own_amount
          > case when asked.is_drawn then own_window.limit_pico_usd else asked.most end
        order by own_window.key limit 1;
      if found then
        return;
      end if;
      insert into reservations (
        created_at, execution_id, seq, attempt, organization_id, agent_id, workflow_id, kind, model, keys, amount_pico_usd, state,
        basis, lease_until, reserved_at, sent_at)
      values (own_created_at, own_execution_id, own_seq, own_attempt, own_organization_id, own_agent_id, own_workflow_id, own_kind,
        own_model, own_keys, own_amount, 'open', own_basis, now_exact + lease, now_exact, case when is_sent then now_exact end)
      -- What was given back before it was sent is reserved anew.
      on conflict (created_at, execution_id, seq, attempt) do update set
        model = excluded.model, keys = excluded.keys, amount_pico_usd = excluded.amount_pico_usd, state = 'open',
        basis = excluded.basis, lease_until = excluded.lease_until, reserved_at = excluded.reserved_at, sent_at = excluded.sent_at,
        settled_at = null;
      update spend_windows as own_window set reserved_pico_usd = own_window.reserved_pico_usd + own_amount,
        limit_pico_usd = case when asked.is_drawn then own_window.limit_pico_usd else asked.most end
      from unnest(own_keys, own_limits, own_drawn) as asked (key, most, is_drawn) where own_window.key = asked.key;
    end $$;

CREATE FUNCTION agents.settle_spend(own_created_at timestamp with time zone, own_execution_id bigint, own_seq integer, own_attempt integer, new_charge bigint, new_state text, new_input bigint, new_cached bigint, new_output bigint) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
    declare
      own reservations;
      charge bigint;
      assumed bigint;
      overrun bigint;
    begin
      select * into own from reservations
      where created_at = own_created_at and execution_id = own_execution_id and seq = own_seq and attempt = own_attempt;
      if not found then
        return false;
      end if;
      perform from executions where id = own_execution_id for update;
      perform from spend_windows where key = any(own.keys) order by key for update;
      select * into own from reservations
      where created_at = own_created_at and execution_id = own_execution_id and seq = own_seq and attempt = own_attempt for update;
      if own.state not in ('open', 'assumed') or (own.state = 'assumed' and new_state = 'assumed') then
        return false;
      end if;
      -- What was not sent costs nothing, whoever finds out.
      if own.sent_at is null and new_state = 'assumed' then
        new_charge := 0;
        new_state := 'released';
      end if;
      charge := new_charge - own.charged_pico_usd;
      assumed := case when new_state = 'assumed' then new_charge else 0 end
        - case when own.state = 'assumed' then own.charged_pico_usd else 0 end;
      overrun := case when new_state = 'overrun' then new_charge - own.amount_pico_usd else 0 end;
      update spend_windows set
        reserved_pico_usd = reserved_pico_usd - case when own.state = 'open' then own.amount_pico_usd else 0 end,
        spent_pico_usd = spent_pico_usd + charge, assumed_pico_usd = assumed_pico_usd + assumed,
        overrun_pico_usd = overrun_pico_usd + overrun
      where key = any(own.keys);
      update reservations set state = new_state, charged_pico_usd = new_charge, input_tokens = new_input, cached_tokens = new_cached,
        output_tokens = new_output, settled_at = clock_timestamp()
      where created_at = own_created_at and execution_id = own_execution_id and seq = own_seq and attempt = own_attempt;
      if own.sent_at is null then
        return true;
      end if;
      update executions set cost_pico_usd = cost_pico_usd + charge, input_tokens = input_tokens + new_input - own.input_tokens,
        output_tokens = output_tokens + new_output - own.output_tokens
      where id = own_execution_id;
      insert into spend_counts as known (
        hour, organization_id, agent_id, kind, model, workflow_id, calls, cost_pico_usd, assumed_pico_usd, overrun_pico_usd,
        input_tokens, cached_tokens, output_tokens)
      values (date_trunc('hour', own.reserved_at, 'UTC'), own.organization_id, own.agent_id, own.kind, own.model,
        coalesce(own.workflow_id, 0), 1, charge, assumed, overrun, new_input, new_cached, new_output)
      on conflict (organization_id, agent_id, hour, kind, model, workflow_id) do update set
        calls = known.calls + case when own.state = 'open' then 1 else 0 end,
        cost_pico_usd = known.cost_pico_usd + excluded.cost_pico_usd,
        assumed_pico_usd = known.assumed_pico_usd + excluded.assumed_pico_usd,
        overrun_pico_usd = known.overrun_pico_usd + excluded.overrun_pico_usd,
        input_tokens = known.input_tokens + new_input - own.input_tokens,
        cached_tokens = known.cached_tokens + new_cached - own.cached_tokens,
        output_tokens = known.output_tokens + new_output - own.output_tokens;
      if new_state = 'overrun' then
        insert into model_overruns (organization_id, model, at, execution_id, reserved_pico_usd, charged_pico_usd)
        values (own.organization_id, own.model, clock_timestamp(), own_execution_id, own.amount_pico_usd, new_charge)
        on conflict (organization_id, model) do update set at = excluded.at, execution_id = excluded.execution_id,
          reserved_pico_usd = excluded.reserved_pico_usd, charged_pico_usd = excluded.charged_pico_usd, acknowledged_at = null;
      end if;
      return true;
    end $$;

SET default_tablespace = '';

CREATE TABLE agents.agent_budgets (
    organization_id bigint NOT NULL,
    daily_pico_usd bigint,
    monthly_pico_usd bigint,
    workflow_daily_pico_usd bigint,
    enrollment_pico_usd bigint,
    timezone text DEFAULT 'UTC'::text NOT NULL,
    timezone_read_at timestamp with time zone,
    updated_at timestamp with time zone NOT NULL,
    revision bigint DEFAULT 1 NOT NULL
);

CREATE TABLE agents.agent_logs (
    at timestamp with time zone NOT NULL,
    id bigint NOT NULL,
    organization_id bigint NOT NULL,
    agent_id bigint NOT NULL,
    execution_id bigint NOT NULL,
    seq integer,
    level text NOT NULL,
    message text NOT NULL,
    CONSTRAINT agent_logs_level_check CHECK ((level = ANY (ARRAY['info'::text, 'warn'::text, 'error'::text])))
)
PARTITION BY RANGE (at);

CREATE TABLE agents.agent_logs_default (
    at timestamp with time zone NOT NULL,
    id bigint NOT NULL,
    organization_id bigint NOT NULL,
    agent_id bigint NOT NULL,
    execution_id bigint NOT NULL,
    seq integer,
    level text NOT NULL,
    message text NOT NULL,
    CONSTRAINT agent_logs_level_check CHECK ((level = ANY (ARRAY['info'::text, 'warn'::text, 'error'::text])))
);

ALTER TABLE agents.agent_logs ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME agents.agent_logs_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE agents.agent_logs_p20261201 (
    at timestamp with time zone NOT NULL,
    id bigint NOT NULL,
    organization_id bigint NOT NULL,
    agent_id bigint NOT NULL,
    execution_id bigint NOT NULL,
    seq integer,
    level text NOT NULL,
    message text NOT NULL,
    CONSTRAINT agent_logs_level_check CHECK ((level = ANY (ARRAY['info'::text, 'warn'::text, 'error'::text])))
);

CREATE TABLE agents.agent_logs_p20261202 (
    at timestamp with time zone NOT NULL,
    id bigint NOT NULL,
    organization_id bigint NOT NULL,
    agent_id bigint NOT NULL,
    execution_id bigint NOT NULL,
    seq integer,
    level text NOT NULL,
    message text NOT NULL,
    CONSTRAINT agent_logs_level_check CHECK ((level = ANY (ARRAY['info'::text, 'warn'::text, 'error'::text])))
);

CREATE TABLE agents.agent_logs_p20261203 (
    at timestamp with time zone NOT NULL,
    id bigint NOT NULL,
    organization_id bigint NOT NULL,
    agent_id bigint NOT NULL,
    execution_id bigint NOT NULL,
    seq integer,
    level text NOT NULL,
    message text NOT NULL,
    CONSTRAINT agent_logs_level_check CHECK ((level = ANY (ARRAY['info'::text, 'warn'::text, 'error'::text])))
);

CREATE TABLE agents.agent_logs_p20261204 (
    at timestamp with time zone NOT NULL,
    id bigint NOT NULL,
    organization_id bigint NOT NULL,
    agent_id bigint NOT NULL,
    execution_id bigint NOT NULL,
    seq integer,
    level text NOT NULL,
    message text NOT NULL,
    CONSTRAINT agent_logs_level_check CHECK ((level = ANY (ARRAY['info'::text, 'warn'::text, 'error'::text])))
);

CREATE TABLE agents.agent_rates (
    organization_id bigint NOT NULL,
    agent_id bigint NOT NULL,
    tokens double precision NOT NULL,
    filled_at timestamp with time zone NOT NULL
)
WITH (fillfactor='50');

CREATE TABLE agents.agent_turns (
    organization_id bigint NOT NULL,
    agent_id bigint NOT NULL,
    rule text NOT NULL,
    turn bigint NOT NULL
)
WITH (fillfactor='50');

CREATE TABLE agents.agents (
    id bigint NOT NULL,
    organization_id bigint NOT NULL,
    mode text NOT NULL,
    name text NOT NULL,
    type text NOT NULL,
    status text NOT NULL,
    status_reason text,
    template_id bigint,
    workflow_id bigint,
    code_id text,
    configuration text NOT NULL,
    model_version integer,
    shadow_model_version integer,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    deleted_at timestamp with time zone,
    revision bigint DEFAULT 1 NOT NULL,
    CONSTRAINT agents_mode_check CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text]))),
    CONSTRAINT agents_status_check CHECK ((status = ANY (ARRAY['active'::text, 'paused'::text, 'error'::text]))),
    CONSTRAINT agents_type_check CHECK ((type = ANY (ARRAY['template'::text, 'workflow'::text, 'code'::text])))
)
WITH (fillfactor='80');

ALTER TABLE agents.agents ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME agents.agents_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE agents.effects (
    planned_at timestamp with time zone NOT NULL,
    organization_id bigint NOT NULL,
    effect_key text NOT NULL,
    attempt integer NOT NULL,
    mode text NOT NULL,
    enrollment_id bigint NOT NULL,
    execution_id bigint,
    state text NOT NULL,
    failure text,
    retryable boolean DEFAULT false NOT NULL,
    retry_after_seconds double precision,
    report_at timestamp with time zone,
    reports integer DEFAULT 0 NOT NULL,
    CONSTRAINT effects_state_check CHECK ((state = ANY (ARRAY['accepted'::text, 'ended'::text, 'refused'::text])))
)
PARTITION BY RANGE (planned_at);

CREATE TABLE agents.effects_default (
    planned_at timestamp with time zone NOT NULL,
    organization_id bigint NOT NULL,
    effect_key text NOT NULL,
    attempt integer NOT NULL,
    mode text NOT NULL,
    enrollment_id bigint NOT NULL,
    execution_id bigint,
    state text NOT NULL,
    failure text,
    retryable boolean DEFAULT false NOT NULL,
    retry_after_seconds double precision,
    report_at timestamp with time zone,
    reports integer DEFAULT 0 NOT NULL,
    CONSTRAINT effects_state_check CHECK ((state = ANY (ARRAY['accepted'::text, 'ended'::text, 'refused'::text])))
);

CREATE TABLE agents.effects_p202612 (
    planned_at timestamp with time zone NOT NULL,
    organization_id bigint NOT NULL,
    effect_key text NOT NULL,
    attempt integer NOT NULL,
    mode text NOT NULL,
    enrollment_id bigint NOT NULL,
    execution_id bigint,
    state text NOT NULL,
    failure text,
    retryable boolean DEFAULT false NOT NULL,
    retry_after_seconds double precision,
    report_at timestamp with time zone,
    reports integer DEFAULT 0 NOT NULL,
    CONSTRAINT effects_state_check CHECK ((state = ANY (ARRAY['accepted'::text, 'ended'::text, 'refused'::text])))
);

CREATE TABLE agents.effects_p202701 (
    planned_at timestamp with time zone NOT NULL,
    organization_id bigint NOT NULL,
    effect_key text NOT NULL,
    attempt integer NOT NULL,
    mode text NOT NULL,
    enrollment_id bigint NOT NULL,
    execution_id bigint,
    state text NOT NULL,
    failure text,
    retryable boolean DEFAULT false NOT NULL,
    retry_after_seconds double precision,
    report_at timestamp with time zone,
    reports integer DEFAULT 0 NOT NULL,
    CONSTRAINT effects_state_check CHECK ((state = ANY (ARRAY['accepted'::text, 'ended'::text, 'refused'::text])))
);

CREATE TABLE agents.entitlements (
    organization_id bigint NOT NULL,
    sequence bigint NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL,
    entries_held boolean NOT NULL,
    plan text NOT NULL
);

CREATE TABLE agents.eval_cases (
    id bigint NOT NULL,
    organization_id bigint NOT NULL,
    eval_set_id bigint NOT NULL,
    execution_id bigint,
    at timestamp with time zone NOT NULL,
    input text NOT NULL,
    expected text,
    checks text NOT NULL,
    calls text NOT NULL,
    contact text NOT NULL,
    has_enrollment boolean NOT NULL,
    people text[] NOT NULL,
    created_at timestamp with time zone NOT NULL
);

ALTER TABLE agents.eval_cases ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME agents.eval_cases_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE agents.eval_results (
    run_id bigint NOT NULL,
    ordinal integer NOT NULL,
    organization_id bigint NOT NULL,
    case_id bigint NOT NULL,
    version integer NOT NULL,
    trial integer NOT NULL,
    passed boolean,
    steps text,
    output text,
    error_code text,
    error_message text,
    problems text[],
    actions text[],
    model text,
    duration_ms bigint
)
WITH (fillfactor='70');

CREATE TABLE agents.eval_runs (
    id bigint NOT NULL,
    organization_id bigint NOT NULL,
    eval_set_id bigint NOT NULL,
    agent_id bigint NOT NULL,
    template_id bigint NOT NULL,
    mode text NOT NULL,
    version integer NOT NULL,
    active_version integer,
    trials integer NOT NULL,
    max_cost_pico_usd bigint NOT NULL,
    ledger_id bigint NOT NULL,
    cases integer,
    passed integer,
    active_passed integer,
    is_worse boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT eval_runs_mode_check CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text])))
);

CREATE TABLE agents.eval_sets (
    id bigint NOT NULL,
    organization_id bigint NOT NULL,
    agent_id bigint NOT NULL,
    mode text NOT NULL,
    name text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    revision bigint DEFAULT 1 NOT NULL,
    CONSTRAINT eval_sets_mode_check CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text])))
);

ALTER TABLE agents.eval_sets ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME agents.eval_sets_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE agents.execution_counts (
    hour timestamp with time zone NOT NULL,
    organization_id bigint NOT NULL,
    agent_id bigint NOT NULL,
    kind text NOT NULL,
    outcome text NOT NULL,
    bucket smallint NOT NULL,
    shard smallint NOT NULL,
    executions bigint NOT NULL,
    cost_pico_usd bigint NOT NULL,
    input_tokens bigint NOT NULL,
    output_tokens bigint NOT NULL
)
PARTITION BY RANGE (hour);

CREATE TABLE agents.execution_counts_default (
    hour timestamp with time zone NOT NULL,
    organization_id bigint NOT NULL,
    agent_id bigint NOT NULL,
    kind text NOT NULL,
    outcome text NOT NULL,
    bucket smallint NOT NULL,
    shard smallint NOT NULL,
    executions bigint NOT NULL,
    cost_pico_usd bigint NOT NULL,
    input_tokens bigint NOT NULL,
    output_tokens bigint NOT NULL
);

CREATE TABLE agents.execution_counts_p202612 (
    hour timestamp with time zone NOT NULL,
    organization_id bigint NOT NULL,
    agent_id bigint NOT NULL,
    kind text NOT NULL,
    outcome text NOT NULL,
    bucket smallint NOT NULL,
    shard smallint NOT NULL,
    executions bigint NOT NULL,
    cost_pico_usd bigint NOT NULL,
    input_tokens bigint NOT NULL,
    output_tokens bigint NOT NULL
);

CREATE TABLE agents.execution_counts_p202701 (
    hour timestamp with time zone NOT NULL,
    organization_id bigint NOT NULL,
    agent_id bigint NOT NULL,
    kind text NOT NULL,
    outcome text NOT NULL,
    bucket smallint NOT NULL,
    shard smallint NOT NULL,
    executions bigint NOT NULL,
    cost_pico_usd bigint NOT NULL,
    input_tokens bigint NOT NULL,
    output_tokens bigint NOT NULL
);

CREATE TABLE agents.execution_steps (
    created_at timestamp with time zone NOT NULL,
    execution_id bigint NOT NULL,
    seq integer NOT NULL,
    organization_id bigint NOT NULL,
    kind text NOT NULL,
    status text NOT NULL,
    request text,
    result text,
    decision text,
    attempts integer DEFAULT 0 NOT NULL,
    former_attempts integer DEFAULT 0 NOT NULL,
    first_sent_at timestamp with time zone,
    planned_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT execution_steps_kind_check CHECK ((kind = ANY (ARRAY['decide'::text, 'code_call'::text, 'enroll'::text, 'model_call'::text, 'repair'::text, 'tool_call'::text, 'approval'::text, 'budget'::text, 'final'::text]))),
    CONSTRAINT execution_steps_status_check CHECK ((status = ANY (ARRAY['intent'::text, 'succeeded'::text, 'failed'::text])))
)
PARTITION BY RANGE (created_at);

CREATE TABLE agents.execution_steps_default (
    created_at timestamp with time zone NOT NULL,
    execution_id bigint NOT NULL,
    seq integer NOT NULL,
    organization_id bigint NOT NULL,
    kind text NOT NULL,
    status text NOT NULL,
    request text,
    result text,
    decision text,
    attempts integer DEFAULT 0 NOT NULL,
    former_attempts integer DEFAULT 0 NOT NULL,
    first_sent_at timestamp with time zone,
    planned_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT execution_steps_kind_check CHECK ((kind = ANY (ARRAY['decide'::text, 'code_call'::text, 'enroll'::text, 'model_call'::text, 'repair'::text, 'tool_call'::text, 'approval'::text, 'budget'::text, 'final'::text]))),
    CONSTRAINT execution_steps_status_check CHECK ((status = ANY (ARRAY['intent'::text, 'succeeded'::text, 'failed'::text])))
);

CREATE TABLE agents.execution_steps_p202612 (
    created_at timestamp with time zone NOT NULL,
    execution_id bigint NOT NULL,
    seq integer NOT NULL,
    organization_id bigint NOT NULL,
    kind text NOT NULL,
    status text NOT NULL,
    request text,
    result text,
    decision text,
    attempts integer DEFAULT 0 NOT NULL,
    former_attempts integer DEFAULT 0 NOT NULL,
    first_sent_at timestamp with time zone,
    planned_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT execution_steps_kind_check CHECK ((kind = ANY (ARRAY['decide'::text, 'code_call'::text, 'enroll'::text, 'model_call'::text, 'repair'::text, 'tool_call'::text, 'approval'::text, 'budget'::text, 'final'::text]))),
    CONSTRAINT execution_steps_status_check CHECK ((status = ANY (ARRAY['intent'::text, 'succeeded'::text, 'failed'::text])))
);

CREATE TABLE agents.execution_steps_p202701 (
    created_at timestamp with time zone NOT NULL,
    execution_id bigint NOT NULL,
    seq integer NOT NULL,
    organization_id bigint NOT NULL,
    kind text NOT NULL,
    status text NOT NULL,
    request text,
    result text,
    decision text,
    attempts integer DEFAULT 0 NOT NULL,
    former_attempts integer DEFAULT 0 NOT NULL,
    first_sent_at timestamp with time zone,
    planned_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT execution_steps_kind_check CHECK ((kind = ANY (ARRAY['decide'::text, 'code_call'::text, 'enroll'::text, 'model_call'::text, 'repair'::text, 'tool_call'::text, 'approval'::text, 'budget'::text, 'final'::text]))),
    CONSTRAINT execution_steps_status_check CHECK ((status = ANY (ARRAY['intent'::text, 'succeeded'::text, 'failed'::text])))
);

CREATE TABLE agents.execution_texts (
    created_at timestamp with time zone NOT NULL,
    execution_id bigint NOT NULL,
    organization_id bigint NOT NULL,
    input text NOT NULL,
    output text,
    configuration text NOT NULL,
    policy text NOT NULL,
    people text[] NOT NULL
)
PARTITION BY RANGE (created_at);

CREATE TABLE agents.execution_texts_default (
    created_at timestamp with time zone NOT NULL,
    execution_id bigint NOT NULL,
    organization_id bigint NOT NULL,
    input text NOT NULL,
    output text,
    configuration text NOT NULL,
    policy text NOT NULL,
    people text[] NOT NULL
);

CREATE TABLE agents.execution_texts_p202612 (
    created_at timestamp with time zone NOT NULL,
    execution_id bigint NOT NULL,
    organization_id bigint NOT NULL,
    input text NOT NULL,
    output text,
    configuration text NOT NULL,
    policy text NOT NULL,
    people text[] NOT NULL
);

CREATE TABLE agents.execution_texts_p202701 (
    created_at timestamp with time zone NOT NULL,
    execution_id bigint NOT NULL,
    organization_id bigint NOT NULL,
    input text NOT NULL,
    output text,
    configuration text NOT NULL,
    policy text NOT NULL,
    people text[] NOT NULL
);

CREATE TABLE agents.executions (
    id bigint NOT NULL,
    key uuid NOT NULL,
    organization_id bigint NOT NULL,
    agent_id bigint NOT NULL,
    mode text NOT NULL,
    kind text NOT NULL,
    work text NOT NULL,
    destination text NOT NULL,
    status text NOT NULL,
    error_code text,
    error_message text,
    idempotency_key text,
    key_hash bytea,
    fingerprint bytea NOT NULL,
    correlation_id text,
    trace_id text,
    template_id bigint,
    template_version integer,
    model text,
    input_tokens bigint DEFAULT 0 NOT NULL,
    output_tokens bigint DEFAULT 0 NOT NULL,
    cost_pico_usd bigint DEFAULT 0 NOT NULL,
    enrollment_id bigint,
    is_parked boolean DEFAULT false NOT NULL,
    source_workflow_id bigint,
    source_enrollment_id bigint,
    cause text,
    actor_type text NOT NULL,
    actor_id text NOT NULL,
    hops integer DEFAULT 0 NOT NULL,
    fence bigint DEFAULT 0 NOT NULL,
    wake_at timestamp with time zone,
    deadline_at timestamp with time zone,
    sequence bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    started_at timestamp with time zone,
    finished_at timestamp with time zone,
    erased_at timestamp with time zone,
    CONSTRAINT executions_kind_check CHECK ((kind = ANY (ARRAY['execute'::text, 'inference'::text, 'score_lead'::text]))),
    CONSTRAINT executions_mode_check CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text]))),
    CONSTRAINT executions_status_check CHECK ((status = ANY (ARRAY['queued'::text, 'running'::text, 'waiting_approval'::text, 'succeeded'::text, 'failed'::text, 'cancelled'::text]))),
    CONSTRAINT executions_work_check CHECK ((work = ANY (ARRAY['decide'::text, 'code'::text, 'workflow'::text, 'llm'::text])))
)
WITH (fillfactor='80');

ALTER TABLE agents.executions ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME agents.executions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE agents.idempotency_keys (
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

CREATE TABLE agents.idempotency_keys_default (
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

CREATE TABLE agents.idempotency_keys_p20261201 (
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

CREATE TABLE agents.idempotency_keys_p20261202 (
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

CREATE TABLE agents.idempotency_keys_p20261203 (
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

CREATE TABLE agents.idempotency_keys_p20261204 (
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

CREATE TABLE agents.inbox (
    consumer_group text NOT NULL,
    event_id text NOT NULL COLLATE pg_catalog."C"
);

CREATE TABLE agents.installation_days (
    day date NOT NULL,
    drawn_pico_usd bigint NOT NULL
)
WITH (fillfactor='50');

CREATE TABLE agents.jobs (
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

ALTER TABLE agents.jobs ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME agents.jobs_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE agents.kysely_migration (
    name character varying(255) NOT NULL,
    "timestamp" character varying(255) NOT NULL
);

CREATE TABLE agents.kysely_migration_lock (
    id character varying(255) NOT NULL,
    is_locked integer DEFAULT 0 NOT NULL
);

CREATE TABLE agents.model_connections (
    organization_id bigint NOT NULL,
    protocol text NOT NULL,
    base_url text NOT NULL,
    api_key bytea NOT NULL,
    data_key bytea NOT NULL,
    shown_key text NOT NULL,
    model text NOT NULL,
    prices text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    revision bigint DEFAULT 1 NOT NULL,
    CONSTRAINT model_connections_protocol_check CHECK ((protocol = ANY (ARRAY['openai'::text, 'anthropic'::text])))
);

CREATE TABLE agents.model_overruns (
    organization_id bigint NOT NULL,
    model text NOT NULL,
    at timestamp with time zone NOT NULL,
    execution_id bigint NOT NULL,
    reserved_pico_usd bigint NOT NULL,
    charged_pico_usd bigint NOT NULL,
    acknowledged_at timestamp with time zone
);

CREATE TABLE agents.models (
    organization_id bigint NOT NULL,
    agent_id bigint NOT NULL,
    version integer NOT NULL,
    training_id bigint NOT NULL,
    configuration text NOT NULL,
    report text NOT NULL,
    created_at timestamp with time zone NOT NULL
);

CREATE TABLE agents.outbox (
    id bigint NOT NULL,
    organization_id bigint NOT NULL,
    topic text NOT NULL,
    events integer NOT NULL,
    frame bytea NOT NULL,
    traceparent text,
    created_at timestamp with time zone DEFAULT now() NOT NULL
)
WITH (autovacuum_vacuum_threshold='1000', autovacuum_vacuum_scale_factor='0');
ALTER TABLE ONLY agents.outbox ALTER COLUMN frame SET STORAGE EXTERNAL;

ALTER TABLE agents.outbox ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME agents.outbox_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE agents.outbox_lease (
    id boolean DEFAULT true NOT NULL,
    holder uuid,
    locked_until timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    CONSTRAINT outbox_lease_id_check CHECK (id)
);

CREATE TABLE agents.reservations (
    created_at timestamp with time zone NOT NULL,
    execution_id bigint NOT NULL,
    seq integer NOT NULL,
    attempt integer NOT NULL,
    organization_id bigint NOT NULL,
    agent_id bigint NOT NULL,
    workflow_id bigint,
    kind text NOT NULL,
    model text NOT NULL,
    keys text[] NOT NULL,
    amount_pico_usd bigint NOT NULL,
    charged_pico_usd bigint DEFAULT 0 NOT NULL,
    input_tokens bigint DEFAULT 0 NOT NULL,
    cached_tokens bigint DEFAULT 0 NOT NULL,
    output_tokens bigint DEFAULT 0 NOT NULL,
    state text NOT NULL,
    basis text NOT NULL,
    lease_until timestamp with time zone NOT NULL,
    reserved_at timestamp with time zone NOT NULL,
    sent_at timestamp with time zone,
    settled_at timestamp with time zone,
    CONSTRAINT reservations_state_check CHECK ((state = ANY (ARRAY['open'::text, 'settled'::text, 'released'::text, 'assumed'::text, 'estimated'::text, 'overrun'::text])))
)
PARTITION BY RANGE (created_at);

CREATE TABLE agents.reservations_default (
    created_at timestamp with time zone NOT NULL,
    execution_id bigint NOT NULL,
    seq integer NOT NULL,
    attempt integer NOT NULL,
    organization_id bigint NOT NULL,
    agent_id bigint NOT NULL,
    workflow_id bigint,
    kind text NOT NULL,
    model text NOT NULL,
    keys text[] NOT NULL,
    amount_pico_usd bigint NOT NULL,
    charged_pico_usd bigint DEFAULT 0 NOT NULL,
    input_tokens bigint DEFAULT 0 NOT NULL,
    cached_tokens bigint DEFAULT 0 NOT NULL,
    output_tokens bigint DEFAULT 0 NOT NULL,
    state text NOT NULL,
    basis text NOT NULL,
    lease_until timestamp with time zone NOT NULL,
    reserved_at timestamp with time zone NOT NULL,
    sent_at timestamp with time zone,
    settled_at timestamp with time zone,
    CONSTRAINT reservations_state_check CHECK ((state = ANY (ARRAY['open'::text, 'settled'::text, 'released'::text, 'assumed'::text, 'estimated'::text, 'overrun'::text])))
);

CREATE TABLE agents.reservations_p202612 (
    created_at timestamp with time zone NOT NULL,
    execution_id bigint NOT NULL,
    seq integer NOT NULL,
    attempt integer NOT NULL,
    organization_id bigint NOT NULL,
    agent_id bigint NOT NULL,
    workflow_id bigint,
    kind text NOT NULL,
    model text NOT NULL,
    keys text[] NOT NULL,
    amount_pico_usd bigint NOT NULL,
    charged_pico_usd bigint DEFAULT 0 NOT NULL,
    input_tokens bigint DEFAULT 0 NOT NULL,
    cached_tokens bigint DEFAULT 0 NOT NULL,
    output_tokens bigint DEFAULT 0 NOT NULL,
    state text NOT NULL,
    basis text NOT NULL,
    lease_until timestamp with time zone NOT NULL,
    reserved_at timestamp with time zone NOT NULL,
    sent_at timestamp with time zone,
    settled_at timestamp with time zone,
    CONSTRAINT reservations_state_check CHECK ((state = ANY (ARRAY['open'::text, 'settled'::text, 'released'::text, 'assumed'::text, 'estimated'::text, 'overrun'::text])))
);

CREATE TABLE agents.reservations_p202701 (
    created_at timestamp with time zone NOT NULL,
    execution_id bigint NOT NULL,
    seq integer NOT NULL,
    attempt integer NOT NULL,
    organization_id bigint NOT NULL,
    agent_id bigint NOT NULL,
    workflow_id bigint,
    kind text NOT NULL,
    model text NOT NULL,
    keys text[] NOT NULL,
    amount_pico_usd bigint NOT NULL,
    charged_pico_usd bigint DEFAULT 0 NOT NULL,
    input_tokens bigint DEFAULT 0 NOT NULL,
    cached_tokens bigint DEFAULT 0 NOT NULL,
    output_tokens bigint DEFAULT 0 NOT NULL,
    state text NOT NULL,
    basis text NOT NULL,
    lease_until timestamp with time zone NOT NULL,
    reserved_at timestamp with time zone NOT NULL,
    sent_at timestamp with time zone,
    settled_at timestamp with time zone,
    CONSTRAINT reservations_state_check CHECK ((state = ANY (ARRAY['open'::text, 'settled'::text, 'released'::text, 'assumed'::text, 'estimated'::text, 'overrun'::text])))
);

CREATE TABLE agents.spend_counts (
    hour timestamp with time zone NOT NULL,
    organization_id bigint NOT NULL,
    agent_id bigint NOT NULL,
    kind text NOT NULL,
    model text NOT NULL,
    workflow_id bigint NOT NULL,
    calls bigint NOT NULL,
    cost_pico_usd bigint NOT NULL,
    assumed_pico_usd bigint NOT NULL,
    overrun_pico_usd bigint NOT NULL,
    input_tokens bigint NOT NULL,
    cached_tokens bigint NOT NULL,
    output_tokens bigint NOT NULL
)
PARTITION BY RANGE (hour);

CREATE TABLE agents.spend_counts_default (
    hour timestamp with time zone NOT NULL,
    organization_id bigint NOT NULL,
    agent_id bigint NOT NULL,
    kind text NOT NULL,
    model text NOT NULL,
    workflow_id bigint NOT NULL,
    calls bigint NOT NULL,
    cost_pico_usd bigint NOT NULL,
    assumed_pico_usd bigint NOT NULL,
    overrun_pico_usd bigint NOT NULL,
    input_tokens bigint NOT NULL,
    cached_tokens bigint NOT NULL,
    output_tokens bigint NOT NULL
);

CREATE TABLE agents.spend_counts_p202612 (
    hour timestamp with time zone NOT NULL,
    organization_id bigint NOT NULL,
    agent_id bigint NOT NULL,
    kind text NOT NULL,
    model text NOT NULL,
    workflow_id bigint NOT NULL,
    calls bigint NOT NULL,
    cost_pico_usd bigint NOT NULL,
    assumed_pico_usd bigint NOT NULL,
    overrun_pico_usd bigint NOT NULL,
    input_tokens bigint NOT NULL,
    cached_tokens bigint NOT NULL,
    output_tokens bigint NOT NULL
);

CREATE TABLE agents.spend_counts_p202701 (
    hour timestamp with time zone NOT NULL,
    organization_id bigint NOT NULL,
    agent_id bigint NOT NULL,
    kind text NOT NULL,
    model text NOT NULL,
    workflow_id bigint NOT NULL,
    calls bigint NOT NULL,
    cost_pico_usd bigint NOT NULL,
    assumed_pico_usd bigint NOT NULL,
    overrun_pico_usd bigint NOT NULL,
    input_tokens bigint NOT NULL,
    cached_tokens bigint NOT NULL,
    output_tokens bigint NOT NULL
);

CREATE TABLE agents.spend_windows (
    key text NOT NULL,
    organization_id bigint NOT NULL,
    limit_pico_usd bigint,
    reserved_pico_usd bigint DEFAULT 0 NOT NULL,
    spent_pico_usd bigint DEFAULT 0 NOT NULL,
    assumed_pico_usd bigint DEFAULT 0 NOT NULL,
    overrun_pico_usd bigint DEFAULT 0 NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    exceeded_at timestamp with time zone,
    CONSTRAINT spend_windows_assumed_check CHECK (((assumed_pico_usd >= 0) AND (assumed_pico_usd <= spent_pico_usd))),
    CONSTRAINT spend_windows_reserved_check CHECK ((reserved_pico_usd >= 0))
)
WITH (fillfactor='50');

CREATE TABLE agents.suspensions (
    organization_id bigint NOT NULL,
    sequence bigint NOT NULL,
    is_suspended boolean NOT NULL
);

CREATE TABLE agents.template_policies (
    organization_id bigint NOT NULL,
    mode text NOT NULL,
    template_id bigint NOT NULL,
    execution_policy text NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    revision bigint DEFAULT 1 NOT NULL
);

CREATE TABLE agents.template_versions (
    organization_id bigint NOT NULL,
    template_id bigint NOT NULL,
    version integer NOT NULL,
    prompt text,
    input_schema text,
    output_schema text,
    default_configuration text NOT NULL,
    execution_policy text NOT NULL,
    actor_type text,
    actor_id text,
    created_at timestamp with time zone NOT NULL
);

CREATE TABLE agents.templates (
    id bigint NOT NULL,
    organization_id bigint NOT NULL,
    mode text NOT NULL,
    key text NOT NULL,
    name text NOT NULL,
    description text,
    category text,
    kind text NOT NULL,
    version integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    deleted_at timestamp with time zone,
    revision bigint DEFAULT 1 NOT NULL,
    CONSTRAINT templates_kind_check CHECK ((kind = ANY (ARRAY['llm'::text, 'scorer'::text, 'router'::text, 'code'::text]))),
    CONSTRAINT templates_mode_check CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text])))
)
WITH (fillfactor='80');

ALTER TABLE agents.templates ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME agents.templates_id_seq
    START WITH 1000
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE agents.training_rows (
    training_id bigint NOT NULL,
    record_id uuid NOT NULL,
    organization_id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    won boolean NOT NULL,
    fields text NOT NULL,
    people text[] NOT NULL
);

CREATE TABLE agents.trainings (
    id bigint NOT NULL,
    organization_id bigint NOT NULL,
    agent_id bigint NOT NULL,
    mode text NOT NULL,
    subject text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT trainings_mode_check CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text]))),
    CONSTRAINT trainings_subject_check CHECK ((subject = ANY (ARRAY['leads'::text, 'opportunities'::text])))
);

CREATE TABLE agents.usage (
    organization_id bigint NOT NULL,
    used bigint NOT NULL,
    period_start timestamp with time zone NOT NULL,
    meter text NOT NULL
)
WITH (fillfactor='50');

CREATE TABLE agents.usage_added (
    id bigint NOT NULL,
    organization_id bigint NOT NULL,
    amount bigint NOT NULL,
    period_start timestamp with time zone NOT NULL,
    meter text NOT NULL
)
WITH (autovacuum_vacuum_threshold='1000', autovacuum_vacuum_scale_factor='0');

ALTER TABLE agents.usage_added ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME agents.usage_added_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE agents.usage_limits (
    organization_id bigint NOT NULL,
    included bigint NOT NULL,
    ceiling bigint NOT NULL,
    meter text NOT NULL
);

CREATE TABLE agents.usage_thresholds (
    organization_id bigint NOT NULL,
    period_start timestamp with time zone NOT NULL,
    threshold integer NOT NULL,
    meter text NOT NULL
);

ALTER TABLE ONLY agents.agent_logs ATTACH PARTITION agents.agent_logs_default DEFAULT;

ALTER TABLE ONLY agents.agent_logs ATTACH PARTITION agents.agent_logs_p20261201 FOR VALUES FROM ('2026-12-01 00:00:00+00') TO ('2026-12-02 00:00:00+00');

ALTER TABLE ONLY agents.agent_logs ATTACH PARTITION agents.agent_logs_p20261202 FOR VALUES FROM ('2026-12-02 00:00:00+00') TO ('2026-12-03 00:00:00+00');

ALTER TABLE ONLY agents.agent_logs ATTACH PARTITION agents.agent_logs_p20261203 FOR VALUES FROM ('2026-12-03 00:00:00+00') TO ('2026-12-04 00:00:00+00');

ALTER TABLE ONLY agents.agent_logs ATTACH PARTITION agents.agent_logs_p20261204 FOR VALUES FROM ('2026-12-04 00:00:00+00') TO ('2026-12-05 00:00:00+00');

ALTER TABLE ONLY agents.effects ATTACH PARTITION agents.effects_default DEFAULT;

ALTER TABLE ONLY agents.effects ATTACH PARTITION agents.effects_p202612 FOR VALUES FROM ('2026-12-01 00:00:00+00') TO ('2027-01-01 00:00:00+00');

ALTER TABLE ONLY agents.effects ATTACH PARTITION agents.effects_p202701 FOR VALUES FROM ('2027-01-01 00:00:00+00') TO ('2027-02-01 00:00:00+00');

ALTER TABLE ONLY agents.execution_counts ATTACH PARTITION agents.execution_counts_default DEFAULT;

ALTER TABLE ONLY agents.execution_counts ATTACH PARTITION agents.execution_counts_p202612 FOR VALUES FROM ('2026-12-01 00:00:00+00') TO ('2027-01-01 00:00:00+00');

ALTER TABLE ONLY agents.execution_counts ATTACH PARTITION agents.execution_counts_p202701 FOR VALUES FROM ('2027-01-01 00:00:00+00') TO ('2027-02-01 00:00:00+00');

ALTER TABLE ONLY agents.execution_steps ATTACH PARTITION agents.execution_steps_default DEFAULT;

ALTER TABLE ONLY agents.execution_steps ATTACH PARTITION agents.execution_steps_p202612 FOR VALUES FROM ('2026-12-01 00:00:00+00') TO ('2027-01-01 00:00:00+00');

ALTER TABLE ONLY agents.execution_steps ATTACH PARTITION agents.execution_steps_p202701 FOR VALUES FROM ('2027-01-01 00:00:00+00') TO ('2027-02-01 00:00:00+00');

ALTER TABLE ONLY agents.execution_texts ATTACH PARTITION agents.execution_texts_default DEFAULT;

ALTER TABLE ONLY agents.execution_texts ATTACH PARTITION agents.execution_texts_p202612 FOR VALUES FROM ('2026-12-01 00:00:00+00') TO ('2027-01-01 00:00:00+00');

ALTER TABLE ONLY agents.execution_texts ATTACH PARTITION agents.execution_texts_p202701 FOR VALUES FROM ('2027-01-01 00:00:00+00') TO ('2027-02-01 00:00:00+00');

ALTER TABLE ONLY agents.idempotency_keys ATTACH PARTITION agents.idempotency_keys_default DEFAULT;

ALTER TABLE ONLY agents.idempotency_keys ATTACH PARTITION agents.idempotency_keys_p20261201 FOR VALUES FROM ('2026-12-01 00:00:00+00') TO ('2026-12-02 00:00:00+00');

ALTER TABLE ONLY agents.idempotency_keys ATTACH PARTITION agents.idempotency_keys_p20261202 FOR VALUES FROM ('2026-12-02 00:00:00+00') TO ('2026-12-03 00:00:00+00');

ALTER TABLE ONLY agents.idempotency_keys ATTACH PARTITION agents.idempotency_keys_p20261203 FOR VALUES FROM ('2026-12-03 00:00:00+00') TO ('2026-12-04 00:00:00+00');

ALTER TABLE ONLY agents.idempotency_keys ATTACH PARTITION agents.idempotency_keys_p20261204 FOR VALUES FROM ('2026-12-04 00:00:00+00') TO ('2026-12-05 00:00:00+00');

ALTER TABLE ONLY agents.reservations ATTACH PARTITION agents.reservations_default DEFAULT;

ALTER TABLE ONLY agents.reservations ATTACH PARTITION agents.reservations_p202612 FOR VALUES FROM ('2026-12-01 00:00:00+00') TO ('2027-01-01 00:00:00+00');

ALTER TABLE ONLY agents.reservations ATTACH PARTITION agents.reservations_p202701 FOR VALUES FROM ('2027-01-01 00:00:00+00') TO ('2027-02-01 00:00:00+00');

ALTER TABLE ONLY agents.spend_counts ATTACH PARTITION agents.spend_counts_default DEFAULT;

ALTER TABLE ONLY agents.spend_counts ATTACH PARTITION agents.spend_counts_p202612 FOR VALUES FROM ('2026-12-01 00:00:00+00') TO ('2027-01-01 00:00:00+00');

ALTER TABLE ONLY agents.spend_counts ATTACH PARTITION agents.spend_counts_p202701 FOR VALUES FROM ('2027-01-01 00:00:00+00') TO ('2027-02-01 00:00:00+00');

INSERT INTO agents.kysely_migration VALUES
	('2026-12-01-0000-baseline', '2026-12-01T22:29:46.299Z');

INSERT INTO agents.kysely_migration_lock VALUES
	('migration_lock', 0);

INSERT INTO agents.outbox_lease VALUES
	(true, NULL, '-infinity');

INSERT INTO agents.template_versions VALUES
	(0, 1, 1, NULL, NULL, NULL, '{"min_score_threshold":0.6,"base":-1.2,"factors":[{"name":"business_email","type":"email_kind","field":"email","is":"business","weight":0.9},{"name":"senior_title","type":"rule","match":"any","conditions":[{"field":"title","operator":"contains","value":"Chief"},{"field":"job_title","operator":"contains","value":"Chief"},{"field":"title","operator":"contains","value":"CEO"},{"field":"job_title","operator":"contains","value":"CEO"},{"field":"title","operator":"contains","value":"CTO"},{"field":"job_title","operator":"contains","value":"CTO"},{"field":"title","operator":"contains","value":"CFO"},{"field":"job_title","operator":"contains","value":"CFO"},{"field":"title","operator":"contains","value":"COO"},{"field":"job_title","operator":"contains","value":"COO"},{"field":"title","operator":"contains","value":"CMO"},{"field":"job_title","operator":"contains","value":"CMO"},{"field":"title","operator":"contains","value":"Founder"},{"field":"job_title","operator":"contains","value":"Founder"},{"field":"title","operator":"contains","value":"Owner"},{"field":"job_title","operator":"contains","value":"Owner"},{"field":"title","operator":"contains","value":"VP"},{"field":"job_title","operator":"contains","value":"VP"},{"field":"title","operator":"contains","value":"Vice President"},{"field":"job_title","operator":"contains","value":"Vice President"}],"weight":1},{"name":"leading_title","type":"rule","match":"any","conditions":[{"field":"title","operator":"contains","value":"Director"},{"field":"job_title","operator":"contains","value":"Director"},{"field":"title","operator":"contains","value":"Head of"},{"field":"job_title","operator":"contains","value":"Head of"},{"field":"title","operator":"contains","value":"Manager"},{"field":"job_title","operator":"contains","value":"Manager"},{"field":"title","operator":"contains","value":"Lead"},{"field":"job_title","operator":"contains","value":"Lead"}],"weight":0.5},{"name":"has_phone","type":"rule","conditions":[{"field":"phone","operator":"exists"}],"weight":0.4},{"name":"known_company","type":"rule","match":"any","conditions":[{"field":"company_name","operator":"exists"},{"field":"company","operator":"exists"}],"weight":0.5}]}', '{}', NULL, NULL, '2026-01-01 00:00:00+00'),
	(0, 2, 1, NULL, NULL, NULL, '{"min_score_threshold":0.5,"base":-1,"factors":[{"name":"business_email","type":"email_kind","field":"email","is":"business","weight":0.9},{"name":"senior_title","type":"rule","match":"any","conditions":[{"field":"title","operator":"contains","value":"Chief"},{"field":"job_title","operator":"contains","value":"Chief"},{"field":"title","operator":"contains","value":"CEO"},{"field":"job_title","operator":"contains","value":"CEO"},{"field":"title","operator":"contains","value":"CTO"},{"field":"job_title","operator":"contains","value":"CTO"},{"field":"title","operator":"contains","value":"CFO"},{"field":"job_title","operator":"contains","value":"CFO"},{"field":"title","operator":"contains","value":"COO"},{"field":"job_title","operator":"contains","value":"COO"},{"field":"title","operator":"contains","value":"CMO"},{"field":"job_title","operator":"contains","value":"CMO"},{"field":"title","operator":"contains","value":"Founder"},{"field":"job_title","operator":"contains","value":"Founder"},{"field":"title","operator":"contains","value":"Owner"},{"field":"job_title","operator":"contains","value":"Owner"},{"field":"title","operator":"contains","value":"VP"},{"field":"job_title","operator":"contains","value":"VP"},{"field":"title","operator":"contains","value":"Vice President"},{"field":"job_title","operator":"contains","value":"Vice President"}],"weight":1},{"name":"leading_title","type":"rule","match":"any","conditions":[{"field":"title","operator":"contains","value":"Director"},{"field":"job_title","operator":"contains","value":"Director"},{"field":"title","operator":"contains","value":"Head of"},{"field":"job_title","operator":"contains","value":"Head of"},{"field":"title","operator":"contains","value":"Manager"},{"field":"job_title","operator":"contains","value":"Manager"},{"field":"title","operator":"contains","value":"Lead"},{"field":"job_title","operator":"contains","value":"Lead"}],"weight":0.5},{"name":"has_phone","type":"rule","conditions":[{"field":"phone","operator":"exists"}],"weight":0.4},{"name":"known_company","type":"rule","match":"any","conditions":[{"field":"company_name","operator":"exists"},{"field":"company","operator":"exists"}],"weight":0.5},{"name":"company_size","type":"number","field":"company_size","scale":"log","center":3.9,"spread":1.5,"weight":0.6},{"name":"revenue","type":"number","field":"annual_revenue","scale":"log","center":13.8,"spread":2,"weight":0.4}]}', '{}', NULL, NULL, '2026-01-01 00:00:00+00'),
	(0, 3, 1, 'Classify the reply to a sales mail. Choose the one class that fits best, and say how certain you are. Use `other` when none fits.', '{"type":"object","properties":{"subject":{"type":"string","maxLength":20000},"body":{"type":"string","maxLength":20000}},"required":["body"],"additionalProperties":true}', '{"type":"object","properties":{"class":{"type":"string","enum":["interested","not_interested","later","question","out_of_office","unsubscribe","other"]},"confidence":{"type":"number","minimum":0,"maximum":1},"summary":{"type":"string","maxLength":500}},"required":["class","confidence","summary"],"additionalProperties":false}', '{}', '{}', NULL, NULL, '2026-01-01 00:00:00+00'),
	(0, 4, 1, 'Write a short, friendly business mail to the contact that the input describes. State only facts of the input. Use no placeholders.', '{"type":"object","properties":{"purpose":{"type":"string","maxLength":20000},"tone":{"type":"string","maxLength":100}},"required":["purpose"],"additionalProperties":true}', '{"type":"object","properties":{"subject":{"type":"string","maxLength":200},"body":{"type":"string","maxLength":20000}},"required":["subject","body"],"additionalProperties":false}', '{}', '{}', NULL, NULL, '2026-01-01 00:00:00+00'),
	(0, 5, 1, NULL, NULL, NULL, '{"rules":[{"name":"large","conditions":[{"field":"amount_cents","operator":"greater_or_equal","value":10000000}],"priority":"high","next_action":"call","sla_hours":4,"audit_note":"The amount is 100,000 or more."},{"name":"medium","conditions":[{"field":"amount_cents","operator":"greater_or_equal","value":1000000}],"priority":"normal","next_action":"email","sla_hours":24,"audit_note":"The amount is 10,000 or more."}],"default":{"priority":"low","next_action":"review","sla_hours":72,"audit_note":"No rule matched."}}', '{}', NULL, NULL, '2026-01-01 00:00:00+00'),
	(0, 6, 1, 'Sum up the meeting. List decisions and next steps with their owners, as far as the text names them.', '{"type":"object","properties":{"transcript":{"type":"string","maxLength":60000}},"required":["transcript"],"additionalProperties":true}', '{"type":"object","properties":{"summary":{"type":"string","maxLength":4000},"decisions":{"type":"array","items":{"type":"string","maxLength":500},"maxItems":50},"next_steps":{"type":"array","maxItems":50,"items":{"type":"object","properties":{"action":{"type":"string","maxLength":500},"owner":{"type":"string","maxLength":200,"nullable":true}},"required":["action","owner"],"additionalProperties":false}}},"required":["summary","decisions","next_steps"],"additionalProperties":false}', '{}', '{}', NULL, NULL, '2026-01-01 00:00:00+00');

INSERT INTO agents.templates VALUES
	(1, 0, 'live', 'lead_qualification', 'Lead qualification', 'Says whether a lead is worth the time of a person: its score against `min_score_threshold`.', 'qualification', 'scorer', 1, '2026-01-01 00:00:00+00', '2026-01-01 00:00:00+00', NULL, 1),
	(2, 0, 'live', 'lead_scorer', 'Lead scorer', 'Scores leads from 0 to 1 by who they are and by the size of their company.', 'qualification', 'scorer', 1, '2026-01-01 00:00:00+00', '2026-01-01 00:00:00+00', NULL, 1),
	(3, 0, 'live', 'reply_classifier', 'Reply classifier', 'Says what the reply to a mail means.', 'replies', 'llm', 1, '2026-01-01 00:00:00+00', '2026-01-01 00:00:00+00', NULL, 1),
	(4, 0, 'live', 'email_writer', 'Email writer', 'Writes a short mail to a contact.', 'writing', 'llm', 1, '2026-01-01 00:00:00+00', '2026-01-01 00:00:00+00', NULL, 1),
	(5, 0, 'live', 'opportunity_router', 'Opportunity router', 'Gives an opportunity a priority, an owner, a next action and a time limit, by ordered rules.', 'routing', 'router', 1, '2026-01-01 00:00:00+00', '2026-01-01 00:00:00+00', NULL, 1),
	(6, 0, 'live', 'meeting_summarizer', 'Meeting summarizer', 'Sums up the notes or the transcript of a meeting.', 'writing', 'llm', 1, '2026-01-01 00:00:00+00', '2026-01-01 00:00:00+00', NULL, 1);

SELECT pg_catalog.setval('agents.agent_logs_id_seq', 1, false);

SELECT pg_catalog.setval('agents.agents_id_seq', 1, false);

SELECT pg_catalog.setval('agents.eval_cases_id_seq', 1, false);

SELECT pg_catalog.setval('agents.eval_sets_id_seq', 1, false);

SELECT pg_catalog.setval('agents.executions_id_seq', 1, false);

SELECT pg_catalog.setval('agents.jobs_id_seq', 1, false);

SELECT pg_catalog.setval('agents.outbox_id_seq', 1, false);

SELECT pg_catalog.setval('agents.templates_id_seq', 1000, false);

SELECT pg_catalog.setval('agents.usage_added_id_seq', 1, false);

ALTER TABLE ONLY agents.agent_budgets
    ADD CONSTRAINT agent_budgets_pkey PRIMARY KEY (organization_id);

ALTER TABLE ONLY agents.agent_logs
    ADD CONSTRAINT agent_logs_pkey PRIMARY KEY (at, id);

ALTER TABLE ONLY agents.agent_logs_default
    ADD CONSTRAINT agent_logs_default_pkey PRIMARY KEY (at, id);

ALTER TABLE ONLY agents.agent_logs_p20261201
    ADD CONSTRAINT agent_logs_p20261201_pkey PRIMARY KEY (at, id);

ALTER TABLE ONLY agents.agent_logs_p20261202
    ADD CONSTRAINT agent_logs_p20261202_pkey PRIMARY KEY (at, id);

ALTER TABLE ONLY agents.agent_logs_p20261203
    ADD CONSTRAINT agent_logs_p20261203_pkey PRIMARY KEY (at, id);

ALTER TABLE ONLY agents.agent_logs_p20261204
    ADD CONSTRAINT agent_logs_p20261204_pkey PRIMARY KEY (at, id);

ALTER TABLE ONLY agents.agent_rates
    ADD CONSTRAINT agent_rates_pkey PRIMARY KEY (organization_id, agent_id);

ALTER TABLE ONLY agents.agent_turns
    ADD CONSTRAINT agent_turns_pkey PRIMARY KEY (organization_id, agent_id, rule);

ALTER TABLE ONLY agents.agents
    ADD CONSTRAINT agents_pkey PRIMARY KEY (id);

ALTER TABLE ONLY agents.effects
    ADD CONSTRAINT effects_pkey PRIMARY KEY (organization_id, effect_key, planned_at);

ALTER TABLE ONLY agents.effects_default
    ADD CONSTRAINT effects_default_pkey PRIMARY KEY (organization_id, effect_key, planned_at);

ALTER TABLE ONLY agents.effects_p202612
    ADD CONSTRAINT effects_p202612_pkey PRIMARY KEY (organization_id, effect_key, planned_at);

ALTER TABLE ONLY agents.effects_p202701
    ADD CONSTRAINT effects_p202701_pkey PRIMARY KEY (organization_id, effect_key, planned_at);

ALTER TABLE ONLY agents.entitlements
    ADD CONSTRAINT entitlements_pkey PRIMARY KEY (organization_id);

ALTER TABLE ONLY agents.eval_cases
    ADD CONSTRAINT eval_cases_pkey PRIMARY KEY (id);

ALTER TABLE ONLY agents.eval_results
    ADD CONSTRAINT eval_results_pkey PRIMARY KEY (run_id, ordinal);

ALTER TABLE ONLY agents.eval_runs
    ADD CONSTRAINT eval_runs_pkey PRIMARY KEY (id);

ALTER TABLE ONLY agents.eval_sets
    ADD CONSTRAINT eval_sets_pkey PRIMARY KEY (id);

ALTER TABLE ONLY agents.execution_counts
    ADD CONSTRAINT execution_counts_pkey PRIMARY KEY (organization_id, agent_id, hour, kind, outcome, bucket, shard);

ALTER TABLE ONLY agents.execution_counts_default
    ADD CONSTRAINT execution_counts_default_pkey PRIMARY KEY (organization_id, agent_id, hour, kind, outcome, bucket, shard);

ALTER TABLE ONLY agents.execution_counts_p202612
    ADD CONSTRAINT execution_counts_p202612_pkey PRIMARY KEY (organization_id, agent_id, hour, kind, outcome, bucket, shard);

ALTER TABLE ONLY agents.execution_counts_p202701
    ADD CONSTRAINT execution_counts_p202701_pkey PRIMARY KEY (organization_id, agent_id, hour, kind, outcome, bucket, shard);

ALTER TABLE ONLY agents.execution_steps
    ADD CONSTRAINT execution_steps_pkey PRIMARY KEY (created_at, execution_id, seq);

ALTER TABLE ONLY agents.execution_steps_default
    ADD CONSTRAINT execution_steps_default_pkey PRIMARY KEY (created_at, execution_id, seq);

ALTER TABLE ONLY agents.execution_steps_p202612
    ADD CONSTRAINT execution_steps_p202612_pkey PRIMARY KEY (created_at, execution_id, seq);

ALTER TABLE ONLY agents.execution_steps_p202701
    ADD CONSTRAINT execution_steps_p202701_pkey PRIMARY KEY (created_at, execution_id, seq);

ALTER TABLE ONLY agents.execution_texts
    ADD CONSTRAINT execution_texts_pkey PRIMARY KEY (created_at, execution_id);

ALTER TABLE ONLY agents.execution_texts_default
    ADD CONSTRAINT execution_texts_default_pkey PRIMARY KEY (created_at, execution_id);

ALTER TABLE ONLY agents.execution_texts_p202612
    ADD CONSTRAINT execution_texts_p202612_pkey PRIMARY KEY (created_at, execution_id);

ALTER TABLE ONLY agents.execution_texts_p202701
    ADD CONSTRAINT execution_texts_p202701_pkey PRIMARY KEY (created_at, execution_id);

ALTER TABLE ONLY agents.executions
    ADD CONSTRAINT executions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY agents.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY agents.idempotency_keys_default
    ADD CONSTRAINT idempotency_keys_default_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY agents.idempotency_keys_p20261201
    ADD CONSTRAINT idempotency_keys_p20261201_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY agents.idempotency_keys_p20261202
    ADD CONSTRAINT idempotency_keys_p20261202_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY agents.idempotency_keys_p20261203
    ADD CONSTRAINT idempotency_keys_p20261203_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY agents.idempotency_keys_p20261204
    ADD CONSTRAINT idempotency_keys_p20261204_pkey PRIMARY KEY (organization_id, rpc, key, created_at);

ALTER TABLE ONLY agents.inbox
    ADD CONSTRAINT inbox_pkey PRIMARY KEY (consumer_group, event_id);

ALTER TABLE ONLY agents.installation_days
    ADD CONSTRAINT installation_days_pkey PRIMARY KEY (day);

ALTER TABLE ONLY agents.jobs
    ADD CONSTRAINT jobs_pkey PRIMARY KEY (id);

ALTER TABLE ONLY agents.kysely_migration_lock
    ADD CONSTRAINT kysely_migration_lock_pkey PRIMARY KEY (id);

ALTER TABLE ONLY agents.kysely_migration
    ADD CONSTRAINT kysely_migration_pkey PRIMARY KEY (name);

ALTER TABLE ONLY agents.model_connections
    ADD CONSTRAINT model_connections_pkey PRIMARY KEY (organization_id);

ALTER TABLE ONLY agents.model_overruns
    ADD CONSTRAINT model_overruns_pkey PRIMARY KEY (organization_id, model);

ALTER TABLE ONLY agents.models
    ADD CONSTRAINT models_pkey PRIMARY KEY (organization_id, agent_id, version);

ALTER TABLE ONLY agents.outbox_lease
    ADD CONSTRAINT outbox_lease_pkey PRIMARY KEY (id);

ALTER TABLE ONLY agents.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (id);

ALTER TABLE ONLY agents.reservations
    ADD CONSTRAINT reservations_pkey PRIMARY KEY (created_at, execution_id, seq, attempt);

ALTER TABLE ONLY agents.reservations_default
    ADD CONSTRAINT reservations_default_pkey PRIMARY KEY (created_at, execution_id, seq, attempt);

ALTER TABLE ONLY agents.reservations_p202612
    ADD CONSTRAINT reservations_p202612_pkey PRIMARY KEY (created_at, execution_id, seq, attempt);

ALTER TABLE ONLY agents.reservations_p202701
    ADD CONSTRAINT reservations_p202701_pkey PRIMARY KEY (created_at, execution_id, seq, attempt);

ALTER TABLE ONLY agents.spend_counts
    ADD CONSTRAINT spend_counts_pkey PRIMARY KEY (organization_id, agent_id, hour, kind, model, workflow_id);

ALTER TABLE ONLY agents.spend_counts_default
    ADD CONSTRAINT spend_counts_default_pkey PRIMARY KEY (organization_id, agent_id, hour, kind, model, workflow_id);

ALTER TABLE ONLY agents.spend_counts_p202612
    ADD CONSTRAINT spend_counts_p202612_pkey PRIMARY KEY (organization_id, agent_id, hour, kind, model, workflow_id);

ALTER TABLE ONLY agents.spend_counts_p202701
    ADD CONSTRAINT spend_counts_p202701_pkey PRIMARY KEY (organization_id, agent_id, hour, kind, model, workflow_id);

ALTER TABLE ONLY agents.spend_windows
    ADD CONSTRAINT spend_windows_pkey PRIMARY KEY (key);

ALTER TABLE ONLY agents.suspensions
    ADD CONSTRAINT suspensions_pkey PRIMARY KEY (organization_id);

ALTER TABLE ONLY agents.template_policies
    ADD CONSTRAINT template_policies_pkey PRIMARY KEY (organization_id, mode, template_id);

ALTER TABLE ONLY agents.template_versions
    ADD CONSTRAINT template_versions_pkey PRIMARY KEY (organization_id, template_id, version);

ALTER TABLE ONLY agents.templates
    ADD CONSTRAINT templates_pkey PRIMARY KEY (id);

ALTER TABLE ONLY agents.training_rows
    ADD CONSTRAINT training_rows_pkey PRIMARY KEY (training_id, record_id);

ALTER TABLE ONLY agents.trainings
    ADD CONSTRAINT trainings_pkey PRIMARY KEY (id);

ALTER TABLE ONLY agents.usage_added
    ADD CONSTRAINT usage_added_pkey PRIMARY KEY (id);

ALTER TABLE ONLY agents.usage_limits
    ADD CONSTRAINT usage_limits_pkey PRIMARY KEY (organization_id, meter);

ALTER TABLE ONLY agents.usage
    ADD CONSTRAINT usage_pkey PRIMARY KEY (organization_id, meter, period_start);

ALTER TABLE ONLY agents.usage_thresholds
    ADD CONSTRAINT usage_thresholds_pkey PRIMARY KEY (organization_id, meter, period_start, threshold);

CREATE INDEX agent_logs_organization_id_agent_id_id_idx ON ONLY agents.agent_logs USING btree (organization_id, agent_id, id);

CREATE INDEX agent_logs_default_organization_id_agent_id_id_idx ON agents.agent_logs_default USING btree (organization_id, agent_id, id);

CREATE INDEX agent_logs_p20261201_organization_id_agent_id_id_idx ON agents.agent_logs_p20261201 USING btree (organization_id, agent_id, id);

CREATE INDEX agent_logs_p20261202_organization_id_agent_id_id_idx ON agents.agent_logs_p20261202 USING btree (organization_id, agent_id, id);

CREATE INDEX agent_logs_p20261203_organization_id_agent_id_id_idx ON agents.agent_logs_p20261203 USING btree (organization_id, agent_id, id);

CREATE INDEX agent_logs_p20261204_organization_id_agent_id_id_idx ON agents.agent_logs_p20261204 USING btree (organization_id, agent_id, id);

CREATE INDEX agent_rates_agent_id_idx ON agents.agent_rates USING btree (agent_id);

CREATE INDEX agent_turns_agent_id_idx ON agents.agent_turns USING btree (agent_id);

CREATE INDEX agents_organization_id_mode_id_idx ON agents.agents USING btree (organization_id, mode, id) WHERE (deleted_at IS NULL);

CREATE UNIQUE INDEX agents_organization_id_mode_name_key ON agents.agents USING btree (organization_id, mode, name) WHERE (deleted_at IS NULL);

CREATE INDEX agents_organization_id_template_id_idx ON agents.agents USING btree (organization_id, template_id) WHERE (deleted_at IS NULL);

CREATE INDEX agents_template_id_idx ON agents.agents USING btree (template_id);

CREATE INDEX agents_workflow_id_idx ON agents.agents USING btree (organization_id, workflow_id) WHERE (workflow_id IS NOT NULL);

CREATE INDEX effects_execution_id_idx ON ONLY agents.effects USING btree (organization_id, execution_id) WHERE (execution_id IS NOT NULL);

CREATE INDEX effects_default_organization_id_execution_id_idx ON agents.effects_default USING btree (organization_id, execution_id) WHERE (execution_id IS NOT NULL);

CREATE INDEX effects_report_at_idx ON ONLY agents.effects USING btree (report_at) WHERE (report_at IS NOT NULL);

CREATE INDEX effects_default_report_at_idx ON agents.effects_default USING btree (report_at) WHERE (report_at IS NOT NULL);

CREATE INDEX effects_p202612_organization_id_execution_id_idx ON agents.effects_p202612 USING btree (organization_id, execution_id) WHERE (execution_id IS NOT NULL);

CREATE INDEX effects_p202612_report_at_idx ON agents.effects_p202612 USING btree (report_at) WHERE (report_at IS NOT NULL);

CREATE INDEX effects_p202701_organization_id_execution_id_idx ON agents.effects_p202701 USING btree (organization_id, execution_id) WHERE (execution_id IS NOT NULL);

CREATE INDEX effects_p202701_report_at_idx ON agents.effects_p202701 USING btree (report_at) WHERE (report_at IS NOT NULL);

CREATE INDEX eval_cases_eval_set_id_idx ON agents.eval_cases USING btree (eval_set_id);

CREATE INDEX eval_cases_execution_id_idx ON agents.eval_cases USING btree (organization_id, execution_id) WHERE (execution_id IS NOT NULL);

CREATE INDEX eval_cases_organization_id_eval_set_id_id_idx ON agents.eval_cases USING btree (organization_id, eval_set_id, id);

CREATE INDEX eval_cases_people_idx ON agents.eval_cases USING gin (people);

CREATE INDEX eval_results_case_id_idx ON agents.eval_results USING btree (case_id);

CREATE INDEX eval_results_organization_id_idx ON agents.eval_results USING btree (organization_id);

CREATE INDEX eval_runs_agent_id_idx ON agents.eval_runs USING btree (agent_id);

CREATE INDEX eval_runs_eval_set_id_idx ON agents.eval_runs USING btree (eval_set_id);

CREATE INDEX eval_runs_organization_id_eval_set_id_id_idx ON agents.eval_runs USING btree (organization_id, eval_set_id, id);

CREATE INDEX eval_runs_organization_id_template_id_idx ON agents.eval_runs USING btree (organization_id, template_id, version);

CREATE INDEX eval_sets_agent_id_idx ON agents.eval_sets USING btree (agent_id);

CREATE INDEX eval_sets_organization_id_agent_id_id_idx ON agents.eval_sets USING btree (organization_id, agent_id, id);

CREATE INDEX eval_sets_organization_id_mode_id_idx ON agents.eval_sets USING btree (organization_id, mode, id);

CREATE INDEX execution_counts_organization_id_hour_idx ON ONLY agents.execution_counts USING btree (organization_id, hour);

CREATE INDEX execution_counts_default_organization_id_hour_idx ON agents.execution_counts_default USING btree (organization_id, hour);

CREATE INDEX execution_counts_p202612_organization_id_hour_idx ON agents.execution_counts_p202612 USING btree (organization_id, hour);

CREATE INDEX execution_counts_p202701_organization_id_hour_idx ON agents.execution_counts_p202701 USING btree (organization_id, hour);

CREATE INDEX execution_texts_people_idx ON ONLY agents.execution_texts USING gin (people);

CREATE INDEX execution_texts_default_people_idx ON agents.execution_texts_default USING gin (people);

CREATE INDEX execution_texts_p202612_people_idx ON agents.execution_texts_p202612 USING gin (people);

CREATE INDEX execution_texts_p202701_people_idx ON agents.execution_texts_p202701 USING gin (people);

CREATE INDEX executions_active_idx ON agents.executions USING btree (organization_id, agent_id, status) WHERE (status = ANY (ARRAY['queued'::text, 'running'::text, 'waiting_approval'::text]));

CREATE INDEX executions_agent_id_idx ON agents.executions USING btree (agent_id);

CREATE INDEX executions_due_idx ON agents.executions USING btree (organization_id, destination, wake_at) WHERE (wake_at IS NOT NULL);

CREATE INDEX executions_enrollment_id_idx ON agents.executions USING btree (organization_id, enrollment_id) WHERE (enrollment_id IS NOT NULL);

CREATE INDEX executions_failed_idx ON agents.executions USING btree (organization_id, agent_id, id) WHERE (status = 'failed'::text);

CREATE INDEX executions_forget_idx ON agents.executions USING btree (created_at) WHERE ((idempotency_key IS NOT NULL) OR (error_message IS NOT NULL));

CREATE INDEX executions_organization_id_agent_id_id_idx ON agents.executions USING btree (organization_id, agent_id, id);

CREATE UNIQUE INDEX executions_organization_id_agent_id_key_hash_key ON agents.executions USING btree (organization_id, agent_id, key_hash) WHERE (key_hash IS NOT NULL);

CREATE INDEX executions_source_enrollment_id_idx ON agents.executions USING btree (organization_id, source_enrollment_id) WHERE (source_enrollment_id IS NOT NULL);

CREATE INDEX jobs_kind_wake_at_idx ON agents.jobs USING btree (kind, wake_at) WHERE (status = ANY (ARRAY['queued'::text, 'running'::text]));

CREATE INDEX jobs_organization_id_kind_id_idx ON agents.jobs USING btree (organization_id, kind, id);

CREATE INDEX models_agent_id_idx ON agents.models USING btree (agent_id);

CREATE INDEX models_training_id_idx ON agents.models USING btree (training_id);

CREATE INDEX outbox_organization_id_id_idx ON agents.outbox USING btree (organization_id, id);

CREATE INDEX reservations_lease_until_idx ON ONLY agents.reservations USING btree (lease_until) WHERE (state = 'open'::text);

CREATE INDEX reservations_default_lease_until_idx ON agents.reservations_default USING btree (lease_until) WHERE (state = 'open'::text);

CREATE INDEX reservations_p202612_lease_until_idx ON agents.reservations_p202612 USING btree (lease_until) WHERE (state = 'open'::text);

CREATE INDEX reservations_p202701_lease_until_idx ON agents.reservations_p202701 USING btree (lease_until) WHERE (state = 'open'::text);

CREATE INDEX spend_counts_organization_id_hour_idx ON ONLY agents.spend_counts USING btree (organization_id, hour);

CREATE INDEX spend_counts_default_organization_id_hour_idx ON agents.spend_counts_default USING btree (organization_id, hour);

CREATE INDEX spend_counts_p202612_organization_id_hour_idx ON agents.spend_counts_p202612 USING btree (organization_id, hour);

CREATE INDEX spend_counts_p202701_organization_id_hour_idx ON agents.spend_counts_p202701 USING btree (organization_id, hour);

CREATE INDEX spend_windows_ends_at_idx ON agents.spend_windows USING btree (ends_at);

CREATE INDEX spend_windows_organization_id_idx ON agents.spend_windows USING btree (organization_id, key);

CREATE INDEX suspensions_suspended_idx ON agents.suspensions USING btree (organization_id) WHERE is_suspended;

CREATE INDEX template_policies_template_id_idx ON agents.template_policies USING btree (template_id);

CREATE INDEX template_versions_template_id_idx ON agents.template_versions USING btree (template_id);

CREATE INDEX templates_organization_id_id_idx ON agents.templates USING btree (organization_id, id) WHERE (deleted_at IS NULL);

CREATE UNIQUE INDEX templates_organization_id_mode_key_key ON agents.templates USING btree (organization_id, mode, key) WHERE (deleted_at IS NULL);

CREATE INDEX training_rows_order_idx ON agents.training_rows USING btree (training_id, created_at, record_id);

CREATE INDEX training_rows_organization_id_idx ON agents.training_rows USING btree (organization_id);

CREATE INDEX trainings_agent_id_idx ON agents.trainings USING btree (agent_id);

CREATE INDEX trainings_organization_id_agent_id_id_idx ON agents.trainings USING btree (organization_id, agent_id, id);

CREATE INDEX usage_added_organization_id_meter_period_start_idx ON agents.usage_added USING btree (organization_id, meter, period_start);

ALTER INDEX agents.agent_logs_organization_id_agent_id_id_idx ATTACH PARTITION agents.agent_logs_default_organization_id_agent_id_id_idx;

ALTER INDEX agents.agent_logs_pkey ATTACH PARTITION agents.agent_logs_default_pkey;

ALTER INDEX agents.agent_logs_organization_id_agent_id_id_idx ATTACH PARTITION agents.agent_logs_p20261201_organization_id_agent_id_id_idx;

ALTER INDEX agents.agent_logs_pkey ATTACH PARTITION agents.agent_logs_p20261201_pkey;

ALTER INDEX agents.agent_logs_organization_id_agent_id_id_idx ATTACH PARTITION agents.agent_logs_p20261202_organization_id_agent_id_id_idx;

ALTER INDEX agents.agent_logs_pkey ATTACH PARTITION agents.agent_logs_p20261202_pkey;

ALTER INDEX agents.agent_logs_organization_id_agent_id_id_idx ATTACH PARTITION agents.agent_logs_p20261203_organization_id_agent_id_id_idx;

ALTER INDEX agents.agent_logs_pkey ATTACH PARTITION agents.agent_logs_p20261203_pkey;

ALTER INDEX agents.agent_logs_organization_id_agent_id_id_idx ATTACH PARTITION agents.agent_logs_p20261204_organization_id_agent_id_id_idx;

ALTER INDEX agents.agent_logs_pkey ATTACH PARTITION agents.agent_logs_p20261204_pkey;

ALTER INDEX agents.effects_execution_id_idx ATTACH PARTITION agents.effects_default_organization_id_execution_id_idx;

ALTER INDEX agents.effects_pkey ATTACH PARTITION agents.effects_default_pkey;

ALTER INDEX agents.effects_report_at_idx ATTACH PARTITION agents.effects_default_report_at_idx;

ALTER INDEX agents.effects_execution_id_idx ATTACH PARTITION agents.effects_p202612_organization_id_execution_id_idx;

ALTER INDEX agents.effects_pkey ATTACH PARTITION agents.effects_p202612_pkey;

ALTER INDEX agents.effects_report_at_idx ATTACH PARTITION agents.effects_p202612_report_at_idx;

ALTER INDEX agents.effects_execution_id_idx ATTACH PARTITION agents.effects_p202701_organization_id_execution_id_idx;

ALTER INDEX agents.effects_pkey ATTACH PARTITION agents.effects_p202701_pkey;

ALTER INDEX agents.effects_report_at_idx ATTACH PARTITION agents.effects_p202701_report_at_idx;

ALTER INDEX agents.execution_counts_organization_id_hour_idx ATTACH PARTITION agents.execution_counts_default_organization_id_hour_idx;

ALTER INDEX agents.execution_counts_pkey ATTACH PARTITION agents.execution_counts_default_pkey;

ALTER INDEX agents.execution_counts_organization_id_hour_idx ATTACH PARTITION agents.execution_counts_p202612_organization_id_hour_idx;

ALTER INDEX agents.execution_counts_pkey ATTACH PARTITION agents.execution_counts_p202612_pkey;

ALTER INDEX agents.execution_counts_organization_id_hour_idx ATTACH PARTITION agents.execution_counts_p202701_organization_id_hour_idx;

ALTER INDEX agents.execution_counts_pkey ATTACH PARTITION agents.execution_counts_p202701_pkey;

ALTER INDEX agents.execution_steps_pkey ATTACH PARTITION agents.execution_steps_default_pkey;

ALTER INDEX agents.execution_steps_pkey ATTACH PARTITION agents.execution_steps_p202612_pkey;

ALTER INDEX agents.execution_steps_pkey ATTACH PARTITION agents.execution_steps_p202701_pkey;

ALTER INDEX agents.execution_texts_people_idx ATTACH PARTITION agents.execution_texts_default_people_idx;

ALTER INDEX agents.execution_texts_pkey ATTACH PARTITION agents.execution_texts_default_pkey;

ALTER INDEX agents.execution_texts_people_idx ATTACH PARTITION agents.execution_texts_p202612_people_idx;

ALTER INDEX agents.execution_texts_pkey ATTACH PARTITION agents.execution_texts_p202612_pkey;

ALTER INDEX agents.execution_texts_people_idx ATTACH PARTITION agents.execution_texts_p202701_people_idx;

ALTER INDEX agents.execution_texts_pkey ATTACH PARTITION agents.execution_texts_p202701_pkey;

ALTER INDEX agents.idempotency_keys_pkey ATTACH PARTITION agents.idempotency_keys_default_pkey;

ALTER INDEX agents.idempotency_keys_pkey ATTACH PARTITION agents.idempotency_keys_p20261201_pkey;

ALTER INDEX agents.idempotency_keys_pkey ATTACH PARTITION agents.idempotency_keys_p20261202_pkey;

ALTER INDEX agents.idempotency_keys_pkey ATTACH PARTITION agents.idempotency_keys_p20261203_pkey;

ALTER INDEX agents.idempotency_keys_pkey ATTACH PARTITION agents.idempotency_keys_p20261204_pkey;

ALTER INDEX agents.reservations_lease_until_idx ATTACH PARTITION agents.reservations_default_lease_until_idx;

ALTER INDEX agents.reservations_pkey ATTACH PARTITION agents.reservations_default_pkey;

ALTER INDEX agents.reservations_lease_until_idx ATTACH PARTITION agents.reservations_p202612_lease_until_idx;

ALTER INDEX agents.reservations_pkey ATTACH PARTITION agents.reservations_p202612_pkey;

ALTER INDEX agents.reservations_lease_until_idx ATTACH PARTITION agents.reservations_p202701_lease_until_idx;

ALTER INDEX agents.reservations_pkey ATTACH PARTITION agents.reservations_p202701_pkey;

ALTER INDEX agents.spend_counts_organization_id_hour_idx ATTACH PARTITION agents.spend_counts_default_organization_id_hour_idx;

ALTER INDEX agents.spend_counts_pkey ATTACH PARTITION agents.spend_counts_default_pkey;

ALTER INDEX agents.spend_counts_organization_id_hour_idx ATTACH PARTITION agents.spend_counts_p202612_organization_id_hour_idx;

ALTER INDEX agents.spend_counts_pkey ATTACH PARTITION agents.spend_counts_p202612_pkey;

ALTER INDEX agents.spend_counts_organization_id_hour_idx ATTACH PARTITION agents.spend_counts_p202701_organization_id_hour_idx;

ALTER INDEX agents.spend_counts_pkey ATTACH PARTITION agents.spend_counts_p202701_pkey;

CREATE TRIGGER agent_budgets_raise_revision BEFORE UPDATE ON agents.agent_budgets FOR EACH ROW WHEN (((old.* *<> new.*) AND (NOT (new.timezone IS DISTINCT FROM old.timezone)) AND (NOT (new.timezone_read_at IS DISTINCT FROM old.timezone_read_at)))) EXECUTE FUNCTION agents.raise_revision();

CREATE TRIGGER agents_raise_revision BEFORE UPDATE ON agents.agents FOR EACH ROW EXECUTE FUNCTION agents.raise_revision();

CREATE TRIGGER eval_sets_raise_revision BEFORE UPDATE ON agents.eval_sets FOR EACH ROW EXECUTE FUNCTION agents.raise_revision();

CREATE TRIGGER model_connections_raise_revision BEFORE UPDATE ON agents.model_connections FOR EACH ROW EXECUTE FUNCTION agents.raise_revision();

CREATE TRIGGER template_policies_raise_revision BEFORE UPDATE ON agents.template_policies FOR EACH ROW EXECUTE FUNCTION agents.raise_revision();

CREATE TRIGGER templates_raise_revision BEFORE UPDATE ON agents.templates FOR EACH ROW EXECUTE FUNCTION agents.raise_revision();

ALTER TABLE ONLY agents.agent_rates
    ADD CONSTRAINT agent_rates_agent_id_fkey FOREIGN KEY (agent_id) REFERENCES agents.agents(id) ON DELETE CASCADE;

ALTER TABLE ONLY agents.agent_turns
    ADD CONSTRAINT agent_turns_agent_id_fkey FOREIGN KEY (agent_id) REFERENCES agents.agents(id) ON DELETE CASCADE;

ALTER TABLE ONLY agents.agents
    ADD CONSTRAINT agents_template_id_fkey FOREIGN KEY (template_id) REFERENCES agents.templates(id);

ALTER TABLE ONLY agents.eval_cases
    ADD CONSTRAINT eval_cases_eval_set_id_fkey FOREIGN KEY (eval_set_id) REFERENCES agents.eval_sets(id) ON DELETE CASCADE;

ALTER TABLE ONLY agents.eval_results
    ADD CONSTRAINT eval_results_case_id_fkey FOREIGN KEY (case_id) REFERENCES agents.eval_cases(id) ON DELETE CASCADE;

ALTER TABLE ONLY agents.eval_results
    ADD CONSTRAINT eval_results_run_id_fkey FOREIGN KEY (run_id) REFERENCES agents.eval_runs(id) ON DELETE CASCADE;

ALTER TABLE ONLY agents.eval_runs
    ADD CONSTRAINT eval_runs_agent_id_fkey FOREIGN KEY (agent_id) REFERENCES agents.agents(id) ON DELETE CASCADE;

ALTER TABLE ONLY agents.eval_runs
    ADD CONSTRAINT eval_runs_eval_set_id_fkey FOREIGN KEY (eval_set_id) REFERENCES agents.eval_sets(id) ON DELETE CASCADE;

ALTER TABLE ONLY agents.eval_runs
    ADD CONSTRAINT eval_runs_id_fkey FOREIGN KEY (id) REFERENCES agents.jobs(id) ON DELETE CASCADE;

ALTER TABLE ONLY agents.eval_sets
    ADD CONSTRAINT eval_sets_agent_id_fkey FOREIGN KEY (agent_id) REFERENCES agents.agents(id) ON DELETE CASCADE;

ALTER TABLE ONLY agents.executions
    ADD CONSTRAINT executions_agent_id_fkey FOREIGN KEY (agent_id) REFERENCES agents.agents(id) ON DELETE CASCADE;

ALTER TABLE ONLY agents.models
    ADD CONSTRAINT models_agent_id_fkey FOREIGN KEY (agent_id) REFERENCES agents.agents(id) ON DELETE CASCADE;

ALTER TABLE ONLY agents.template_policies
    ADD CONSTRAINT template_policies_template_id_fkey FOREIGN KEY (template_id) REFERENCES agents.templates(id) ON DELETE CASCADE;

ALTER TABLE ONLY agents.template_versions
    ADD CONSTRAINT template_versions_template_id_fkey FOREIGN KEY (template_id) REFERENCES agents.templates(id) ON DELETE CASCADE;

ALTER TABLE ONLY agents.training_rows
    ADD CONSTRAINT training_rows_training_id_fkey FOREIGN KEY (training_id) REFERENCES agents.jobs(id) ON DELETE CASCADE;

ALTER TABLE ONLY agents.trainings
    ADD CONSTRAINT trainings_agent_id_fkey FOREIGN KEY (agent_id) REFERENCES agents.agents(id) ON DELETE CASCADE;

ALTER TABLE ONLY agents.trainings
    ADD CONSTRAINT trainings_id_fkey FOREIGN KEY (id) REFERENCES agents.jobs(id) ON DELETE CASCADE;
