import type { StoredEvent } from '../../../../../src/topics/stored.ts';
import { featureWords } from './feature-words.ts';

type Suspicion = NonNullable<StoredEvent['event']['suspicion']>;

/** Why it was told: what spoke for it and against it, or what the rule of thumb saw. */
export function Reasons({ suspicion }: { suspicion: Suspicion }) {
  const { reasons = [], why, isHeuristic } = suspicion;
  const most = Math.max(...reasons.map(({ says }) => Math.abs(says)), Number.EPSILON);
  return (
    <section class="reasons" aria-label="Why">
      <h3>Why</h3>
      {isHeuristic && <p class="reasons-note">A rule of thumb: {why.join('; ')}</p>}
      {reasons.length > 0 && (
        <ul>
          {reasons.map(({ feature, value, says }) => (
            <li key={feature} data-for={says > 0}>
              <span class="reason-name" title={`${feature} = ${value}`}>
                {featureWords(feature)}
              </span>
              <span class="reason-bar">
                <svg viewBox="-100 0 200 10" preserveAspectRatio="none" aria-hidden="true">
                  <rect x={Math.min(0, (100 * says) / most)} width={(100 * Math.abs(says)) / most} height="10" />
                </svg>
              </span>
              <span class="reason-says">
                <span class="for-readers">{says > 0 ? 'speaks for it: ' : 'speaks against it: '}</span>
                {says > 0 ? '+' : '−'}
                {Math.abs(says).toFixed(2)}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
