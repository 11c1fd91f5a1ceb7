import { packageOf, serviceNames, services } from '@drippulse/topology';

// The command `npm run topics` creates all topics. It runs the module that does this in the service which consumes
// every topic.
const name = serviceNames.find((each) => services[each].consumes === 'all');
if (name === undefined) throw new Error('no service of the table in libs/topology consumes every topic');
await import(`${packageOf(name)}/topics`);
