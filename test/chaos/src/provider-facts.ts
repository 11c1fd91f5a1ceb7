/** A step at a provider, from the rows of the runtime. `action` is null for an alert. */
export type ProviderStepFact = {
  enrollment_id: string;
  kind: string;
  action: string | null;
  lead_ref: string;
  status: string;
  /** The error of the step's last line. */
  error: string | null;
};

// biome-ignore lint/suspicious/noExplicitAny: rows of every shape
export async function readProviderFacts(rowsOf: (text: string) => Promise<any[]>): Promise<ProviderStepFact[]> {
  return rowsOf(`
    select effects.enrollment_id, kind, request ->> 'action' as action, enrollments.lead_ref, effects.status,
      (select error from timeline_lines as line
       where line.enrollment_id = effects.enrollment_id and line.step_index = effects.step_index
       order by sequence desc limit 1) as error
    from effects join enrollments on enrollments.id = effects.enrollment_id
    where kind in ('integration_action', 'alert')`);
}
