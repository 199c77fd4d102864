import { hostPart } from './host-part.ts';
import { startPart } from './start-part.ts';

process.title = `vigil ${process.env.VIGIL_PART ?? 'part'}`;
hostPart(startPart);
