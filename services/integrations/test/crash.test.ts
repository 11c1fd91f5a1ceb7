import { crashTests } from './crash-tests.ts';

crashTests(['after-send']);
