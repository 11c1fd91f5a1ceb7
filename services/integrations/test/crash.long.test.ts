import { faultPoints } from '../src/fault-points.ts';
import { crashTests } from './crash-tests.ts';

crashTests(faultPoints);
