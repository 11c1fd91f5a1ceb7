import { publicService, serviceOf } from '@drippulse/topology';
import { describeImage } from '../src/image.ts';

for (const service of [publicService, serviceOf('webhooks'), serviceOf('enrollments')]) describeImage(service);
