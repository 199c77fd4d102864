import { useState } from 'preact/hooks';
import type { StoredPerson } from '../../../../src/topics/stored.ts';
import { sendJson } from '../../stored/stored-api.ts';
import { addressOfEvents } from '../../stored/use-place.ts';
import { counted } from '../format.ts';
import { pictureOfEvent } from './event-card.tsx';
import { FaceCut } from './face-cut.tsx';

/** Somebody of the gallery: who they are said to be, and how to change that. */
export function PersonCard({ person }: { person: StoredPerson }) {
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const path = `./api/people/${encodeURIComponent(person.person)}`;
  const say = (method: 'PUT' | 'DELETE', at: string, body?: unknown) =>
    sendJson(method, at, body).then(
      () => setProblem(undefined),
      (error: Error) => setProblem(error.message),
    );
  const called = person.name ?? 'Unknown';
  const [asks, setAsks] = useState<'erase' | 'rename' | undefined>(undefined);
  return (
    <li class="card person" aria-label={called}>
      <Crop person={person} />
      <div class="person-text">
        <b>{called}</b>
        <span class="card-about">{seenText(person)}</span>
      </div>
      <div class="person-actions">
        <a href={addressOfEvents(person.person)} aria-label={`Events of ${called}`}>
          Events
        </a>
        <button type="button" class="link-button" onClick={() => setAsks('erase')} aria-label={`Erase ${called}`}>
          Erase
        </button>
        {person.name !== null && (
          <button type="button" class="link-button" onClick={() => setAsks('rename')} aria-label={`Rename ${called}`}>
            Rename
          </button>
        )}
      </div>
      {(person.name === null || asks === 'rename') && (
        <NameForm
          isNamed={person.name !== null}
          onName={(name) => {
            setAsks(undefined);
            void say('PUT', `${path}/name`, { name });
          }}
        />
      )}
      {asks === 'erase' && <EraseQuestion onErase={() => void say('DELETE', path)} onKeep={() => setAsks(undefined)} />}
      {problem !== undefined && (
        <span role="alert" data-tone="bad" class="store-line">
          {problem}
        </span>
      )}
    </li>
  );
}

function seenText({ faces, tracks, lastSeenUs }: StoredPerson): string {
  const seen = tracks === 0 ? 'not seen yet' : `seen ${tracks === 1 ? 'once' : `${tracks} times`}`;
  const last = lastSeenUs === null ? '' : `, last ${new Date(lastSeenUs / 1000).toLocaleString()}`;
  return `${counted(faces.length, 'face')} · ${seen}${last}`;
}

function Crop({ person }: { person: StoredPerson }) {
  const face = person.faces.find(({ hasCrop }) => hasCrop);
  const alt = `Face of ${person.name ?? 'somebody unknown'}`;
  if (!face && person.portrait) {
    const { event, box } = person.portrait;
    return (
      <div class="crop">
        <FaceCut src={pictureOfEvent(event)} box={box} alt={alt} />
      </div>
    );
  }
  if (!face) {
    return (
      <div class="crop">
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path
            d="M12 12.5a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-7.5 8c.6-4 3.4-6 7.5-6s6.9 2 7.5 6"
            fill="none"
            stroke="currentColor"
            stroke-width="1.4"
            stroke-linecap="round"
          />
        </svg>
      </div>
    );
  }
  const of = `./api/people/${encodeURIComponent(face.person)}/faces/${encodeURIComponent(face.face)}/crop`;
  return <img class="crop" src={of} alt={alt} loading="lazy" />;
}

function NameForm({ isNamed, onName }: { isNamed: boolean; onName: (name: string) => void }) {
  const [name, setName] = useState('');
  return (
    <form
      class="name-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() === '') return;
        onName(name.trim());
        setName('');
      }}
    >
      <input
        value={name}
        maxLength={100}
        placeholder={isNamed ? 'Another name' : 'Who is it?'}
        aria-label={isNamed ? 'Another name' : 'Who is it?'}
        onInput={({ currentTarget }) => setName(currentTarget.value)}
      />
      <button type="submit" class="text-button" disabled={name.trim() === ''}>
        {isNamed ? 'Rename' : 'Name'}
      </button>
    </form>
  );
}

/** Asks once more: what is erased is gone for good. */
function EraseQuestion({ onErase, onKeep }: { onErase: () => void; onKeep: () => void }) {
  return (
    <div class="erase" role="alert">
      <p>Erase every face, and the pictures kept because of them?</p>
      <button type="button" class="text-button" data-tone="bad" onClick={onErase}>
        Erase for good
      </button>
      <button type="button" class="text-button" onClick={onKeep}>
        Keep
      </button>
    </div>
  );
}
