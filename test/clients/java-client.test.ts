import { join } from 'node:path';
import { kafkaLibraries } from '../support/apache-kafka.ts';
import { clientTests } from './client-program.ts';

const libraries = kafkaLibraries();
const options = ['-Xmx192m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Dlog4j2.level=ERROR'];

clientTests({
  name: "Apache's Java client",
  command: libraries
    ? ['java', ...options, '-cp', `${libraries}/*`, join(import.meta.dirname, 'JavaClient.java')]
    : undefined,
});
