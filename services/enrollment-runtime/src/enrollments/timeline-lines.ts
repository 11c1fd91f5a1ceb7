import { type JsonValue, parseJson, stringifyJson } from '@drippulse/json';
import { type RawBuilder, type Selectable, sql } from 'kysely';
import type { Timeline } from '../db/schema.ts';

/** A line after the first of its row, as stored in `following`. Members without a value are absent. */
export type FollowingLine = {
  step_index: number;
  attempt: number;
  status: string;
  message: string;
  error?: string;
  output?: JsonValue;
};

export const timelineColumns = [
  ...(['sequence', 'at', 'step_index', 'attempt', 'status', 'message', 'error', 'output'] as const),
  ...(['duration_ms', 'following', 'version', 'held'] as const),
];
export type TimelineRow = Pick<Selectable<Timeline>, (typeof timelineColumns)[number]>;
export type TimelineLine = Omit<TimelineRow, 'following'>;

/** Returns the lines of a row in order, equal to the lines in the view `timeline_lines`. */
export function linesOf({ following, ...first }: TimelineRow): TimelineLine[] {
  if (following === null) return [first];
  const others = parseJson(following) as FollowingLine[];
  return [first, ...others.map((line, index) => lineBehind(first, line, index + 1))];
}

function lineBehind({ at, sequence, version }: TimelineLine, line: FollowingLine, place: number): TimelineLine {
  const { step_index, attempt, status, message, error = null, output } = line;
  return {
    ...{ at, sequence: sequence + place, duration_ms: null },
    ...{ step_index, attempt, status, message, error },
    output: output === undefined ? null : stringifyJson(output),
    version,
    held: null,
  };
}

/**
 * Selects a line of an enrollment by its number. The line is in the last row whose `sequence` is not higher than the
 * number of the line. Selects nothing when the number is null or the row was pruned. Both arguments are SQL
 * expressions.
 */
export function lineAt(enrollmentId: RawBuilder<unknown>, number: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    select at, coalesce((behind ->> 'step_index')::int, step_index) as step_index,
      coalesce(behind ->> 'status', status) as status, coalesce(behind ->> 'message', message) as message,
      case when behind is null then error else behind ->> 'error' end as error,
      case when behind is null then held end as held
    from (
      select at, step_index, status, message, error, held,
        case when sequence < ${number} then following -> (${number} - sequence - 1) end as behind
      from timeline where enrollment_id = ${enrollmentId} and sequence <= ${number}
      order by sequence desc limit 1
    ) as found`;
}
