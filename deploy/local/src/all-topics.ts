import { packageOf, serviceNames, services } from '@drippulse/topology';

// The command `npm run topics`. A service that consumes every topic creates all topics, as it does in its image.
const name = serviceNames.find((each) => services[each].consumes === 'all');
if (name === undefined) throw new Error('no service of the table in libs/topology consumes every topic');
await import(`${packageOf(name)}/topics`);
