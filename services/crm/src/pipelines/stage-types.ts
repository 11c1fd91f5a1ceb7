import { CrmStageTypeSchema } from '@drippulse/proto/drippulse/crm/v1/opportunity_pipelines_pb';
import { enumTexts } from '../enum-texts.ts';

/** Types of stages: `open`, `won` or `lost`. */
export const stageTypes = enumTexts(CrmStageTypeSchema);
