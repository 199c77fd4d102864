import type { FaultCode } from '../../base/errors.ts';
import type { Enrolled } from '../../serve/stored/enroll-route.ts';

/** What the process that enrols and the one that asks it say to each other. */
export interface EnrollRequest {
  brokers: string[];
  name: string;
  /** Path of the photo. */
  photo: string;
}

export interface EnrollAnswer {
  outcome?: Enrolled;
  refusal?: { code: FaultCode; message: string; next: string };
}
