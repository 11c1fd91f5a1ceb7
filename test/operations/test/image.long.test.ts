import { serviceOf } from '@drippulse/topology';
import { describeImage } from '../src/image.ts';

for (const service of [serviceOf('webhooks'), serviceOf('enrollments')]) describeImage(service);
