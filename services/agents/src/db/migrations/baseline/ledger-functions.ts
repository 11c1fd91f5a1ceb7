import { type Kysely, sql } from 'kysely';

/**
 * Creates the function that reserves an amount. It locks all windows in the order of their keys, and checks `spent +
 * reserved + amount <= limit` in each. If all windows have room, it reserves the amount in all of them; otherwise it
 * changes nothing and returns the first full window. It creates a missing window with the current limit. The limit of a
 * drawn window is the sum of its draws, so the function does not change that limit. An attempt that already has its
 * reservation gets a new lease.
 */
export async function createReserve(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function reserve_spend(
      own_created_at timestamptz, own_execution_id bigint, own_seq integer, own_attempt integer, own_organization_id bigint,
      own_agent_id bigint, own_workflow_id bigint, own_kind text, own_model text,
      own_keys text[], own_limits bigint[], own_drawn boolean[], own_ends timestamptz[],
      own_amount bigint, own_basis text, lease interval, is_sent boolean
    ) returns table (full_key text, most bigint, spent bigint, reserved bigint) language plpgsql as $$
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
    end $$`.execute(db);
}

/**
 * Creates the function that settles a reservation and updates all sums that contain it. The first result frees the
 * reserved amount. A later result, after an assumed charge, adds the difference to the sums. As everywhere, the
 * execution is locked before the windows, and the windows in the order of their keys. The function returns whether
 * anything changed.
 */
export async function createSettle(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function settle_spend(
      own_created_at timestamptz, own_execution_id bigint, own_seq integer, own_attempt integer, new_charge bigint, new_state text,
      new_input bigint, new_cached bigint, new_output bigint
    ) returns boolean language plpgsql as $$
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
    end $$`.execute(db);
}
