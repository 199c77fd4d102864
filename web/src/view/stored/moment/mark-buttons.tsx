import { useState } from 'preact/hooks';
import type { StoredEvent } from '../../../../../src/topics/stored.ts';
import { sendJson } from '../../../stored/stored-api.ts';
import { pathOfEvent } from '../../../stored/use-moment.ts';

/** Says whether a suspicion was right: what is pressed again is taken back. */
export function MarkButtons({ stored }: { stored: StoredEvent }) {
  const { event, mark } = stored;
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const say = (isRight: boolean) => {
    const path = `${pathOfEvent(event.id)}/mark`;
    const said =
      mark?.isRight === isRight ? sendJson('DELETE', path) : sendJson('PUT', path, { isRight, by: 'the page' });
    said.then(
      () => setProblem(undefined),
      (error: Error) => setProblem(error.message),
    );
  };
  return (
    <fieldset class="marking">
      <legend>{questionOf(stored)}</legend>
      <button type="button" class="text-button" aria-pressed={mark?.isRight === true} onClick={() => say(true)}>
        Right
      </button>
      <button type="button" class="text-button" aria-pressed={mark?.isRight === false} onClick={() => say(false)}>
        Wrong
      </button>
      <p role="status">{mark ? markWords(mark) : 'What you say is kept with the frames, to learn from.'}</p>
      {problem !== undefined && (
        <p role="alert" data-tone="bad" class="store-line">
          {problem}
        </p>
      )}
    </fieldset>
  );
}

function markWords({ isRight, by, note, atUs }: NonNullable<StoredEvent['mark']>): string {
  const said = `Marked ${isRight ? 'right' : 'wrong'} by ${by}, ${new Date(atUs / 1000).toLocaleString()}`;
  return note === undefined ? said : `${said}: ${note}`;
}

const questions = {
  fight: 'Was it a fight?',
  fall: 'Did somebody fall?',
  running: 'Did somebody run?',
  loitering: 'Did somebody loiter?',
  crowding: 'Was it a crowd?',
  'object-left': 'Was something left behind?',
} as const;

function questionOf({ event: { threat } }: StoredEvent): string {
  return threat === undefined ? 'Was it right?' : questions[threat];
}
