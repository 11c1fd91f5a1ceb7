import type { MessageInitShape } from '@bufbuild/protobuf';
import { type StepTypeInfo, stepTypes, templateFilters, templateOperators, templateTags } from '@drippulse/engine';
import type { StepTypeSchema } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { jsonField } from '../workflows/json-fields.ts';

const catalog = stepTypes.map(stepTypeToProto);
const templates = { tags: [...templateTags], filters: [...templateFilters], operators: [...templateOperators] };

export function listStepTypes() {
  return { stepTypes: catalog, totalCount: BigInt(catalog.length), templates };
}

function stepTypeToProto(stepType: StepTypeInfo): MessageInitShape<typeof StepTypeSchema> {
  return {
    ...stepType,
    outputs: [...stepType.outputs],
    configSchema: jsonField(stepType.configSchema),
    fields: stepType.fields.map((field) => ({ ...field, default: jsonField(field.default ?? null) })),
    example: jsonField(stepType.example),
  };
}
