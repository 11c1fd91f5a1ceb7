// Prints the contents of the image of a service, as CycloneDX: npm run --silent sbom -- <service>
import process from 'node:process';
import { billOfMaterials } from './bill-of-materials.mjs';

const [service] = process.argv.slice(2);
try {
  console.log(JSON.stringify(billOfMaterials(service), null, 2));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
