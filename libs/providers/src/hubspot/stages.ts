import { listOf, objectOf, textOf } from '../answers/reading.ts';
import { refuse } from '../answers/refuse.ts';
import { type ProviderAnswer, type ProviderRequest, pathOf } from '../calls.ts';

/**
 * Finds the ids of a stage and its pipeline. Each may be given by its label. If the pipeline is not given, refuses a
 * stage label that occurs in several pipelines.
 */
export function* findStage(
  type: string,
  stage: string,
  pipeline: string | undefined,
): Generator<ProviderRequest, { pipeline: string; stage: string }, ProviderAnswer> {
  const { body } = yield { host: 'api', method: 'GET', path: pathOf`/crm/pipelines/2026-09/${type}` };
  const pipelines = listOf(objectOf(body)['results']).map(objectOf);
  const chosen = pipeline === undefined ? pipelines : pipelines.filter((one) => isNamed(one, pipeline));
  if (chosen.length === 0) refuse('unknown_pipeline', `There is no pipeline "${pipeline}".`, { field: 'pipeline' });
  const stages = chosen.flatMap((one) =>
    listOf(one['stages']).map((each) => ({ pipeline: textOf(one['id']) ?? '', stage: objectOf(each) })),
  );
  const byId = stages.filter((one) => textOf(one.stage['id']) === stage);
  const found = byId.length > 0 ? byId : stages.filter((one) => isNamed(one.stage, stage));
  const [first, second] = found;
  if (first === undefined)
    refuse('stage_not_found', `There is no stage "${stage}". There are: ${labelsOf(stages)}.`, { field: 'stage' });
  if (second !== undefined)
    refuse('stage_ambiguous', `Several pipelines have a stage "${stage}": name the pipeline too.`, {
      field: 'pipeline',
    });
  return { pipeline: first.pipeline, stage: textOf(first.stage['id']) ?? '' };
}

function isNamed(one: ReturnType<typeof objectOf>, name: string): boolean {
  return textOf(one['id']) === name || textOf(one['label'])?.toLowerCase() === name.trim().toLowerCase();
}

function labelsOf(stages: readonly { stage: ReturnType<typeof objectOf> }[]): string {
  return stages
    .slice(0, 20)
    .map(({ stage }) => textOf(stage['label']) ?? '')
    .join(', ');
}
