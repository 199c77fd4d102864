// Apart from the schemas: who only needs the words need not load what builds those, which takes a tenth of a second.

export const severities = ['info', 'warning', 'critical'] as const;
export type Severity = (typeof severities)[number];

export const deliveryOutcomes = ['delivered', 'retrying', 'failed'] as const;
export type DeliveryOutcome = (typeof deliveryOutcomes)[number];
